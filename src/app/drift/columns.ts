import type { Connector } from '../../definitions/connector/types.ts';
import type { ErrorCode } from '../../core/error-kinds.ts';
import { compareColumns } from './compare-columns.ts';
import { scopeOfAll, thrownOutcome, type DriftFinding } from './drift-finding.ts';
import type { Outcome } from '../../core/finding.ts';
import type { Source } from '../../pipeline/ports/ports.ts';
import type { CheckState } from '../../pipeline/ports/check-state-port.ts';
import type { Position } from '../../pipeline/ports/state-port.ts';
import { openCheckState } from '../../state/check/open-check-state.ts';
import { compileMapping } from '../../pipeline/mapping/compile-mapping.ts';
import { targetOf } from '../run/job.ts';
import { stateLocation } from '../run/state-location.ts';
import { withSource } from '../run/with-source.ts';
import type { Comparer, DriftContext } from './comparer.ts';
import { eachConnector } from './each-connector.ts';

const NAME = 'columns';

/**
 * Errors that mean drift: the source answered, but lacks what the connector asks for, or has it in a type that cannot be read
 * or cannot be a watermark.
 */
const DRIFTS: readonly ErrorCode[] = [
  'NOT_SUPPORTED',
  'SOURCE_COLUMN_MISSING',
  'SOURCE_QUERY_INVALID',
  'SOURCE_RECORDS_MISSING',
];

/** Compares the columns of each source with the mapping and with the last committed run. Reads no rows of a database. */
export const columnsComparer: Pick<Comparer, 'compare'> = {
  async compare(context, signal) {
    const connectors = await context.connectors();
    const { state, finding } = await openMemory(context);
    try {
      const compare = ({ connector }: { readonly connector: Connector }, ending: AbortSignal) =>
        compareSource(connector, state, context, ending);
      const found = await eachConnector(connectors, { comparer: NAME, drifts: DRIFTS, compare }, signal);
      return [...finding, ...found];
    } finally {
      await state?.close();
    }
  },
};

type Memory = Pick<CheckState, 'position' | 'close'>;

/** Without the state, columns are still compared with the mapping. */
async function openMemory(
  context: DriftContext,
): Promise<{ readonly state: Memory | undefined; readonly finding: readonly DriftFinding[] }> {
  try {
    return { state: await openCheckState(stateLocation(context)), finding: [] };
  } catch (thrown) {
    const outcome = thrownOutcome(thrown, []);
    const message = `What the last runs saw cannot be read: ${outcome.message}`;
    return { state: undefined, finding: [{ ...scopeOfAll(NAME), ...outcome, message }] };
  }
}

async function compareSource(
  connector: Connector,
  state: Memory | undefined,
  context: DriftContext,
  signal: AbortSignal,
): Promise<Outcome[]> {
  const { metadata, spec } = connector;
  if (spec.mode === 'rest_push') {
    return [{ status: 'skip', message: 'Its documents are pushed, so it has no columns to compare.' }];
  }
  const mapping = compileMapping(metadata.name, spec);
  return withSource(connector, context, async (source) => {
    const columns = await source.columns(signal);
    const position = state && (await rememberedPosition(metadata.name, spec, state));
    const compared = {
      mapping,
      remembered: position?.columns,
      columns,
      firstPage: spec.source.type === 'http',
      usesCheckpoint: usesCheckpoint(source, mapping.version, position),
    };
    return compareColumns(compared);
  });
}

/** If only `run --local` is used, the comparison uses the position of the local target. */
async function rememberedPosition(name: string, spec: Connector['spec'], state: Memory): Promise<Position> {
  const position = await state.position(name, targetOf(spec, false));
  return position.columns === undefined ? state.position(name, targetOf(spec, true)) : position;
}

function usesCheckpoint(source: Source, mappingVersion: string, position: Position | undefined): boolean {
  return (
    source.listing === 'delta' &&
    position?.checkpoint !== undefined &&
    position.mappingVersion === mappingVersion
  );
}
