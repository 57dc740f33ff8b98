import { aclOf, type Connector } from '../../../definitions/connector/types.ts';
import { silentLogger } from '../../../core/log.ts';
import { openApi, type Api } from '../../../gemini/api/api.ts';
import { readDataStore } from '../../../gemini/api/data-store.ts';
import { HeldLeases } from '../../../pipeline/held-leases.ts';
import type { CheckState } from '../../../pipeline/ports/check-state-port.ts';
import { openCheckState } from '../../../state/check/open-check-state.ts';
import { RECORDS_NAMED_MAX } from '../../limits.ts';
import { stateLocation } from '../../run/state-location.ts';
import type { Comparer, DriftContext, FoundConnector } from '../comparer.ts';
import { scopeOfAll, scopeOfConnector, thrownOutcome, type DriftFinding } from '../drift-finding.ts';
import { compareAtRest, compareConnector } from './compare-connector.ts';
import { fateOfExtra } from './plan-repair.ts';
import { differenceOutcomes, repairOutcomes, type RecordOutcome } from './record-outcomes.ts';
import type { RepairContext } from '../repair-context.ts';
import { repairRecords } from './repair.ts';

const NAME = 'records';

/**
 * Compares the records of each connector with the documents that its data store lists, and repairs the difference if the context
 * says so. It takes one connector after the other, because they share Google's quota.
 */
export const recordsComparer: Pick<Comparer, 'compare'> = {
  async compare(context, signal) {
    const connectors = await context.connectors();
    let state: CheckState;
    try {
      state = await openCheckState(stateLocation(context));
    } catch (thrown) {
      return [{ ...scopeOfAll(NAME), ...thrownOutcome(thrown, []) }];
    }
    const found: DriftFinding[] = [];
    try {
      const apiOf = sharedApis(context);
      for (const one of connectors) {
        found.push(...(await findingsOf(one, { context, state, apiOf }, signal)));
      }
    } finally {
      await state.close();
    }
    return found;
  },
};

interface Surroundings {
  readonly context: DriftContext;
  readonly state: CheckState;
  readonly apiOf: (connector: Connector) => Promise<Api>;
}

/** Connectors of one project and location share one API, which keeps within the project's quota. */
function sharedApis(context: DriftContext): Surroundings['apiOf'] {
  const { discoveryEngineEndpoint: endpoint, retry } = context;
  const apis = new Map<string, Promise<Api>>();
  return ({ spec: { gemini } }) => {
    const { location, projectId } = gemini;
    const key = JSON.stringify([projectId, location]);
    // It only lists documents; a repair opens an API of its own, with the lease of its connector.
    const options = { location, projectId, endpoint, retry, leases: new HeldLeases(), log: silentLogger };
    const api = apis.get(key) ?? openApi(options);
    apis.set(key, api);
    return api;
  };
}

async function findingsOf(
  found: FoundConnector,
  surroundings: Surroundings,
  signal: AbortSignal,
): Promise<DriftFinding[]> {
  const scope = scopeOfConnector(NAME, found.connector.metadata.name, found.file);
  try {
    const outcomes = await outcomesOf(found, surroundings, signal);
    return outcomes.map((outcome) => ({ ...scope, ...outcome }));
  } catch (thrown) {
    signal.throwIfAborted();
    return [{ ...scope, ...thrownOutcome(thrown, []) }];
  }
}

async function outcomesOf(
  { file, connector }: FoundConnector,
  { context: { repair }, state, apiOf }: Surroundings,
  signal: AbortSignal,
): Promise<RecordOutcome[]> {
  const { spec } = connector;
  const ports = { api: await apiOf(connector), state };
  if (aclOf(spec) === 'required' || (await readDataStore(spec.gemini, ports.api, signal)).aclEnabled) {
    return [skipped('a data store with access control does not list its documents')];
  }
  const { deletePolicy } = spec.reconciliation;
  const scope = { file, isPushed: spec.mode === 'rest_push', deletePolicy };
  const fateIn = (differences: Parameters<typeof fateOfExtra>[0]) =>
    fateOfExtra(differences, { deletePolicy, allowDeletes: repair?.allowDeletes });
  const compared = await compareAtRest(connector, ports, { extraIdsMax: RECORDS_NAMED_MAX }, signal);
  const isKnown = typeof compared !== 'string';
  if (repair === undefined) {
    return isKnown ? differenceOutcomes(compared, fateIn(compared), scope) : [skipped(compared)];
  }
  if (isKnown && compared.missing.count === 0 && fateIn(compared) !== 'delete') {
    return differenceOutcomes(compared, fateIn(compared), scope);
  }
  const repaired = await repairNow(connector, ports, repair, signal);
  return repairOutcomes(repaired, fateIn(repaired.differences), scope);
}

/** Compares once more under the lease of the connector, because a run may have ended since. */
function repairNow(
  connector: Connector,
  ports: { readonly api: Api; readonly state: CheckState },
  repair: RepairContext,
  signal: AbortSignal,
) {
  const extraIdsMax = Math.max(repair.allowDeletes, RECORDS_NAMED_MAX);
  return repairRecords(
    connector,
    (onMissing, ending) => compareConnector(connector, ports, { extraIdsMax, onMissing }, ending),
    { ...repair, log: repair.log.child({ connector: connector.metadata.name }) },
    signal,
  );
}

/** @param reason a clause without a full stop */
function skipped(reason: string): RecordOutcome {
  return { status: 'skip', message: `Not compared: ${reason}.` };
}
