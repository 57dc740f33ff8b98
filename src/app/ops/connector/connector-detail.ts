import { OPS_HISTORY_RUNS } from '../../limits.ts';
import { connectorCommands } from '../commands.ts';
import type { OpsConnectorDetail } from '../model/connector-detail.ts';
import { opsRun } from '../run/run-facts.ts';
import { linksTo, type OpsSurroundings } from '../surroundings.ts';
import { factsOf, opsConnector, type Known } from './connector-facts.ts';
import { pushesOf } from './pushes.ts';
import type { Schedules } from './schedule.ts';

interface Asked {
  readonly connectorId: string;
  /** The origin under which producers reach the server; undefined if it is not known. */
  readonly baseUrl: string | undefined;
}

/** Undefined if this name has no file, no run and no waiting push. */
export async function connectorDetail(
  { connectorId, baseUrl }: Asked,
  { state, catalog, clock, runLinks }: OpsSurroundings,
  schedules: Schedules,
): Promise<OpsConnectorDetail | undefined> {
  const entry = (await catalog.current()).connectors.get(connectorId);
  const holder = await state.holderOf(connectorId);
  const pending = (await state.pendingPushes()).get(connectorId);
  if (entry === undefined && holder === undefined && pending === undefined) return undefined;
  const newest = (await state.newestRuns([connectorId])).get(connectorId);
  const history = await state.historyOf(connectorId, OPS_HISTORY_RUNS);
  const takesPushes = entry?.connector.spec.mode === 'rest_push';
  const pushes = takesPushes ? await pushesOf(connectorId, baseUrl, state) : null;
  const now = clock.now();
  const known: Known = { connectorId, entry, newest, holder, pending };
  const connector = opsConnector(known, now, schedules);
  return {
    generated_at: now.toISOString(),
    connector,
    facts: entry === undefined ? null : factsOf(entry.connector),
    pushes,
    history: history.map((run) => opsRun(run, now, holder)),
    links: connector.last_run === null ? [] : linksTo(connector.last_run.run_id, connectorId, runLinks),
    commands: connectorCommands(connector),
  };
}
