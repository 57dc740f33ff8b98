import type { Connector } from '../../../definitions/connector/types.ts';
import type { Api } from '../../../gemini/api/api.ts';
import { listDocumentIds } from '../../../gemini/api/list-documents.ts';
import type { CheckState } from '../../../pipeline/ports/check-state-port.ts';
import { RECORDS_COMPARE_SECONDS_MAX } from '../../limits.ts';
import { withinTimeLimit } from '../../doctor/finding.ts';
import { targetOf } from '../../run/job.ts';
import { compareRecords, type RecordDifferences, type RecordsCompared } from './compare-records.ts';

/** What a comparison reads. */
export interface ComparisonPorts {
  readonly api: Api;
  readonly state: CheckState;
}

/** Compares the records of one connector with its data store, within a time limit. @throws BridgeError */
export function compareConnector(
  { metadata, spec }: Connector,
  { api, state }: ComparisonPorts,
  wanted: Pick<RecordsCompared, 'extraIdsMax' | 'onMissing'>,
  signal: AbortSignal,
): Promise<RecordDifferences> {
  const target = targetOf(spec, false);
  const compare = (ending: AbortSignal) => {
    const listed = listDocumentIds(spec.gemini, api, ending);
    return compareRecords({ connectorId: metadata.name, target, state, listed, ...wanted });
  };
  return withinTimeLimit(`records of ${metadata.name}`, signal, compare, RECORDS_COMPARE_SECONDS_MAX);
}

/**
 * Compares while no run of the connector changes anything.
 * @returns a clause that says why the comparison would be wrong
 */
export async function compareAtRest(
  connector: Connector,
  ports: ComparisonPorts,
  wanted: Pick<RecordsCompared, 'extraIdsMax'>,
  signal: AbortSignal,
): Promise<RecordDifferences | string> {
  const { name } = connector.metadata;
  const before = await ports.state.lastCommitted(name);
  const differences =
    (await unfinished(name, ports)) ?? (await compareConnector(connector, ports, wanted, signal));
  if (typeof differences === 'string') return differences;
  const after = await ports.state.lastCommitted(name);
  if (after?.runId !== before?.runId) return `run ${after?.runId ?? ''} was committed during the comparison`;
  return (await unfinished(name, ports)) ?? differences;
}

async function unfinished(name: string, { state }: ComparisonPorts): Promise<string | undefined> {
  const [run] = await state.unfinishedRuns(name);
  return run && `run ${run.runId} is in progress, or waits for the next run to finish it`;
}
