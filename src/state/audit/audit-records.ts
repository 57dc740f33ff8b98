import type { Knex } from 'knex';
import {
  SERVER_ACTOR,
  type AuditDetails,
  type AuditEvent,
  type AuditFilter,
  type AuditRecords,
  type RecordedAuditEvent,
} from '../../core/access/audit-log.ts';
import { silentLogger, type Logger } from '../../core/log.ts';
import { systemClock, type Clock } from '../../core/time/clock.ts';
import type { ServerDatabase } from '../../database/open-server-database.ts';
import { auditedChange } from './audited-change.ts';
import type { AuditEventTable } from './table.ts';

const DAY_SECONDS = 86_400;

export function openAuditRecords(
  database: Pick<ServerDatabase, 'guarded'>,
  clock: Clock = systemClock,
  log: Pick<Logger, 'info'> = silentLogger,
): AuditRecords {
  return {
    list: (filter, { before, limit }) =>
      database.guarded(async ({ knex }) => {
        const query = filtered(knex, filter).orderBy('id', 'desc').limit(limit);
        if (before !== undefined) void query.where('id', '<', before);
        return (await query).map(eventOf);
      }),
    newestId: () =>
      database.guarded(async ({ knex }) => {
        const row = await knex('audit_events').orderBy('id', 'desc').first('id');
        return Number(row?.id ?? 0);
      }),
    next: (filter, { after, newest, limit }) =>
      database.guarded(async ({ knex }) => {
        const rows = await filtered(knex, filter)
          .where('id', '>', after)
          .where('id', '<=', newest)
          .orderBy('id')
          .limit(limit);
        return rows.map(eventOf);
      }),
    expire: (days, limit) =>
      database.guarded(({ knex, dialect }) =>
        auditedChange(knex, log, async (transaction, record) => {
          // By the clock of the database, which the triggers of the table use too.
          const old = transaction('audit_events')
            .where('at', '<', transaction.raw(dialect.clockText(-days * DAY_SECONDS)))
            .orderBy('id')
            .limit(limit)
            .select('id');
          const deleted = await transaction('audit_events').whereIn('id', old).delete();
          if (deleted > 0) await record(expiry(deleted, days), clock.now());
          return deleted;
        }),
      ),
  };
}

function expiry(events: number, days: number): AuditEvent {
  const object = { kind: 'audit_log', name: 'audit_events' };
  return { actor: SERVER_ACTOR, action: 'audit.expire', object, outcome: 'ok', details: { events, days } };
}

function filtered(knex: Knex, filter: AuditFilter) {
  const { from, until, actor, action, object, outcome } = filter;
  const query = knex('audit_events');
  if (from !== undefined) void query.where('at', '>=', from);
  if (until !== undefined) void query.where('at', '<', until);
  if (action !== undefined) void query.where('action', action);
  if (outcome !== undefined) void query.where('outcome', outcome);
  if (actor !== undefined) {
    void query.where((either) => {
      void either.where('actor_id', actor).orWhereRaw(CONTAINS, ['actor_name', part(actor)]);
    });
  }
  if (object !== undefined) {
    void query.where((either) => {
      void either.where('object_kind', object).orWhereRaw(CONTAINS, ['object_name', part(object)]);
    });
  }
  return query;
}

const CONTAINS = "lower(??) like lower(?) escape '!'";

/** A pattern of LIKE for texts that contain this one. */
function part(text: string): string {
  return `%${text.replaceAll(/[!%_]/g, '!$&')}%`;
}

function eventOf(row: AuditEventTable): RecordedAuditEvent {
  return {
    id: Number(row.id),
    at: row.at,
    actor: {
      id: row.actor_id,
      kind: row.actor_kind,
      name: row.actor_name,
      address: row.address,
      requestId: row.request_id,
    },
    action: row.action,
    object: { kind: row.object_kind, name: row.object_name },
    outcome: row.outcome,
    details: detailsOf(row.details),
  };
}

/** Only this program writes the column, and the triggers refuse changes; but one row that cannot be read must not hide the others. */
function detailsOf(json: string): AuditDetails {
  const parsed: unknown = readJson(json);
  if (typeof parsed !== 'object' || parsed === null) return {};
  return Object.fromEntries(
    Object.entries(parsed).filter((entry): entry is [string, string | number | boolean | null] => {
      const [, value] = entry as [string, unknown];
      return value === null || ['string', 'number', 'boolean'].includes(typeof value);
    }),
  );
}

function readJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
