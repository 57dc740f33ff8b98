import {
  DELETE_LIMIT_COUNT_DEFAULT,
  DELETE_LIMIT_RATIO_DEFAULT,
  OPS_PUSHES_WAIT_MINUTES,
} from '../../limits.ts';
import { looksLikeSecret } from '../../../definitions/connector/secrets/secrets.ts';
import { aclOf, isSqlSource, type Connector } from '../../../definitions/connector/types.ts';
import type { ListedRun } from '../../../state/server/listed-runs.ts';
import type { Holder, Newest } from '../../../state/server/ops-connectors.ts';
import type { QueueDepth } from '../../../pipeline/ports/push-port.ts';
import { targetOf } from '../../run/job.ts';
import type { ConnectorFacts } from '../model/connector-detail.ts';
import type { ConnectorState, Freshness, OpsConnector, PendingPushes } from '../model/connector.ts';
import { opsRun, secondsBetween } from '../run/run-facts.ts';
import { scheduleFields, timetableOf, type Schedules, type Timetable } from './schedule.ts';

/** The known data of one connector. */
export interface Known {
  readonly connectorId: string;
  readonly entry: { readonly file: string; readonly connector: Connector } | undefined;
  readonly newest: Newest | undefined;
  readonly holder: Holder | undefined;
  readonly pending: QueueDepth | undefined;
}

export function opsConnector(known: Known, now: Date, schedules: Schedules): OpsConnector {
  const { connectorId, entry, newest, holder } = known;
  const spec = entry?.connector.spec;
  const committed = newest?.committed ?? null;
  const freshness = freshnessOf({ ...known, timetable: timetableOf(spec) }, now, schedules);
  const pending = pendingOf(known, now, schedules);
  const last = newest?.last ?? null;
  const finished = newest?.finished ?? null;
  return {
    connector_id: connectorId,
    file: entry?.file ?? null,
    mode: spec?.mode ?? null,
    labels: entry?.connector.metadata.labels ?? {},
    ...scheduleFields(spec),
    state: stateOf(newest, holder, freshness.late === true || isOverdue(pending)),
    last_run: last === null ? null : opsRun(last, now, holder),
    previous_run: last?.status === 'RUNNING' && finished !== null ? opsRun(finished, now, holder) : null,
    last_success_at: newest?.success?.finishedAt ?? null,
    freshness,
    usual_seconds: usualSeconds(committed),
    held_deletes: committed?.counts?.held ?? null,
    quarantined: committed?.counts?.quarantined ?? null,
    rejected: committed?.counts?.rejected ?? null,
    pending,
  };
}

/** The duration of a committed run. */
export function usualSeconds(committed: ListedRun | null): number | null {
  const finished = committed?.finishedAt ?? null;
  return committed === null || finished === null ? null : secondsBetween(committed.startedAt, finished);
}

function pendingOf(known: Known, now: Date, schedules: Schedules): PendingPushes | null {
  const { entry, pending } = known;
  if (pending !== undefined) {
    const { batches, events, oldestReceivedAt } = pending;
    const due = oldestReceivedAt === null ? null : missedDelivery(known, oldestReceivedAt, now, schedules);
    return {
      batches,
      events,
      oldest_received_at: oldestReceivedAt,
      overdue_seconds: due && secondsBetween(due, now),
    };
  }
  return entry?.connector.spec.mode === 'rest_push'
    ? { batches: 0, events: 0, oldest_received_at: null, overdue_seconds: null }
    : null;
}

/** When a run should have delivered a push; null if none is late. A run in progress may be delivering it. */
function missedDelivery(
  { entry, newest, holder }: Known,
  receivedAt: string,
  now: Date,
  schedules: Schedules,
): Date | null {
  const last = newest?.last ?? null;
  if (last !== null && isAtWork(last, holder)) return null;
  const received = new Date(receivedAt);
  const spec = entry?.connector.spec;
  const timetable = timetableOf(spec);
  if (timetable !== null) return schedules.missedSince(timetable, received, now);
  // While a connector is paused, its pushes wait on purpose.
  if (spec?.paused === true) return null;
  const due = new Date(received.getTime() + OPS_PUSHES_WAIT_MINUTES * 60_000);
  return due < now ? due : null;
}

function isOverdue(pending: PendingPushes | null): boolean {
  return pending !== null && pending.overdue_seconds !== null;
}

/**
 * A run in progress does not hide an earlier failure: the connector stays failing until a run succeeds. `late` has a lower
 * priority than the result of a run, because the result is more specific.
 */
export function stateOf(
  newest: Newest | undefined,
  holder: Holder | undefined,
  late: boolean,
): ConnectorState {
  const last = newest?.last ?? null;
  if (last === null) return late ? 'late' : 'never_run';
  const running = last.status === 'RUNNING';
  if (newest?.finished?.status === 'FAILED') return 'failing';
  if (running && !isAtWork(last, holder)) return 'stalled';
  if (newest?.finished?.status === 'HELD') return 'held';
  if (newest?.finished?.status === 'PARTIAL') return 'partial';
  if (late) return 'late';
  return running ? 'running' : 'ok';
}

function isAtWork(run: ListedRun, holder: Holder | undefined): boolean {
  return run.status === 'RUNNING' && holder?.runId === run.runId && holder.alive;
}

export function freshnessOf(
  { timetable, newest, holder }: Pick<Known, 'newest' | 'holder'> & { readonly timetable: Timetable | null },
  now: Date,
  schedules: Schedules,
): Freshness {
  const asOf = newest?.committed?.startedAt ?? null;
  const since = asOf === null ? null : new Date(asOf);
  const age = { as_of: asOf, age_seconds: since && secondsBetween(since, now) };
  if (timetable === null) {
    return { ...age, last_due_at: null, next_due_at: null, late: null, overdue_seconds: null };
  }
  const { lastDue, nextDue } = schedules.dueAt(timetable, now);
  const last = newest?.last ?? null;
  const atWork = last !== null && isAtWork(last, holder);
  const missed =
    since === null || lastDue === null || since >= lastDue
      ? null
      : schedules.missedSince(timetable, since, now);
  const late = since === null ? null : missed !== null && !atWork;
  return {
    ...age,
    last_due_at: lastDue?.toISOString() ?? null,
    next_due_at: nextDue?.toISOString() ?? null,
    late,
    overdue_seconds: late === true && missed !== null ? secondsBetween(missed, now) : null,
  };
}

/** The settings in a connector's file, without those that may contain a secret: queries, addresses, headers, payloads. */
export function factsOf({ metadata, spec }: Connector): ConnectorFacts {
  const { source, output, reconciliation } = spec;
  const secretRef = source.type === 'file' ? undefined : source.secretRef;
  return {
    description: metadata.description ?? null,
    labels: metadata.labels ?? {},
    source_type: source.type,
    secret_ref: secretRef === undefined || looksLikeSecret(secretRef) ? null : secretRef,
    delta: isSqlSource(source) ? source.query.includes(':watermark') : source.watermarkField !== undefined,
    target: targetOf(spec, false),
    bucket: output.bucket,
    prefix: output.prefix,
    access_control: aclOf(spec),
    delete_policy: reconciliation.deletePolicy,
    delete_limit: {
      count: reconciliation.deleteLimit?.count ?? DELETE_LIMIT_COUNT_DEFAULT,
      ratio: reconciliation.deleteLimit?.ratio ?? DELETE_LIMIT_RATIO_DEFAULT,
    },
  };
}
