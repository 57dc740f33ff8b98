import type { AuditLog, AuditRecords } from '../../core/access/audit-log.ts';
import type { Logger } from '../../core/log.ts';
import { systemClock, type Clock } from '../../core/time/clock.ts';
import { openSecretStore, type SecretStore } from '../../state/secrets/secret-store.ts';
import { openProposalStore, type ProposalStore } from '../../state/studio/proposals.ts';
import { openAuditLog } from '../../state/audit/audit-log.ts';
import { openAuditRecords } from '../../state/audit/audit-records.ts';
import { openAccessKeys, type AccessKeys } from '../../state/server/access-keys.ts';
import type { QueueDepth } from '../../pipeline/ports/push-port.ts';

import { opsState, type OpsState, type RunQueries } from '../../state/server/ops-state.ts';
import { openServerRunDatabase } from '../../state/server/run-database.ts';
import { queueDepths } from '../../state/push/depth.ts';
import { runMetrics, type RunMetrics } from '../../state/server/run-metrics.ts';
import {
  addStartedRun,
  endStartedRun,
  findStartedRun,
  saveRunLog,
  type StartedRun,
} from '../../state/server/started-runs.ts';
import { documentCounts, type DocumentCount } from '../../state/studio/document-counts.ts';
import { openDraftStore, type DraftStore } from '../../state/studio/drafts.ts';
import type { RunKind } from '../../pipeline/ports/state-port.ts';
import type { OtherKind } from '../ops/other-kind.ts';
import type { LeaseTiming } from '../../state/leases/leases.ts';
import type { SyncRequests } from '../../state/sync-requests/queue.ts';
import { openSyncRequests } from '../../state/sync-requests/sync-requests.ts';
import type { StartedRuns } from './run-starter.ts';
import { openSessionStore, type SessionStore } from '../../state/server/session-store.ts';
import { stateLocation } from '../run/state-location.ts';

/** What the server stores in the state store and queries from it. */
export interface ServerState {
  /** Resolves when the database answers. @throws BridgeError STATE_* */
  ping(): Promise<void>;
  readonly startedRuns: StartedRuns;
  startedRun(runId: string): Promise<StartedRun | undefined>;
  /** The latest run of each definition of a kind; of each connector by default. */
  runMetrics(kind?: RunKind): Promise<RunMetrics[]>;
  /** The depth of the push queue, by connector. */
  queueDepths(): Promise<ReadonlyMap<string, QueueDepth>>;
  readonly keys: AccessKeys;
  readonly sessions: SessionStore;
  /** @param timing for tests */
  syncRequests(timing?: LeaseTiming): SyncRequests;

  readonly audit: AuditLog;
  readonly auditRecords: AuditRecords;
  readonly secrets: SecretStore;
  readonly drafts: DraftStore;
  readonly proposals: ProposalStore;
  /** How many documents some connectors have, by target. */
  documentCounts(connectorIds: readonly string[]): Promise<readonly DocumentCount[]>;

  /** The data that Ops reads. */
  readonly ops: OpsState;
  /** The same for the kinds beside connectors. */
  readonly otherOps: Readonly<Record<OtherKind, RunQueries>>;
  close(): Promise<void>;
}

/** @throws BridgeError ENVIRONMENT_INVALID or STATE_* */
export async function openServerState(place: {
  readonly databaseUrl: string | undefined;
  readonly cwd: string;
  readonly log?: Pick<Logger, 'info' | 'warn'>;
  readonly clock?: Clock;
}): Promise<ServerState> {
  const database = await openServerRunDatabase(stateLocation(place), place.log);
  return {
    ping: () => database.guarded(({ knex }) => knex.raw('select 1')).then(() => undefined),
    startedRuns: {
      add: (run) => database.guarded((on) => addStartedRun(on, run)),
      saveRunLog: (runId, log) => database.guarded((on) => saveRunLog(on, runId, log)),
      end: (runId, end) => database.guarded((on) => endStartedRun(on, runId, end)),
    },
    startedRun: (runId) => database.guarded((on) => findStartedRun(on, runId)),
    runMetrics: (kind) => database.guarded(runMetrics, kind),
    queueDepths: () => database.guarded(queueDepths),
    keys: openAccessKeys(database, place.log),
    sessions: openSessionStore(database),
    syncRequests: (timing) => openSyncRequests(database, timing),

    audit: openAuditLog(database, place.clock ?? systemClock, place.log),
    auditRecords: openAuditRecords(database, place.clock, place.log),
    secrets: openSecretStore(database, place.log),
    drafts: openDraftStore(database, place.clock ?? systemClock, place.log),
    proposals: openProposalStore(database, place.clock ?? systemClock),
    documentCounts: (connectorIds) => database.guarded((on) => documentCounts(on, connectorIds)),
    ops: opsState(database),
    otherOps: {
      knowledge_source: opsState(database, 'knowledge_source'),
      app: opsState(database, 'app'),
    },
    close: () => database.close(),
  };
}
