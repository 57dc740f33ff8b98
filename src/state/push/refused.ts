import type { Database } from '../../database/database.ts';

/** A push of which every event was refused, so that nothing of it waits for a run. */
export interface RefusedPush {
  readonly connectorId: string;
  /** The name of the key that sent it. */
  readonly pushedBy: string;
  /** The code and the reason of its first event. */
  readonly code: string;
  readonly reason: string;
  /** The number of its events. */
  readonly events: number;
  readonly receivedAt: Date;
  /** How long it is remembered. */
  readonly keepSeconds: number;
}

/** The refused pushes of one sender that were refused for one reason. Times are ISO 8601, UTC. */
export interface RefusedPushes {
  readonly pushedBy: string;
  readonly code: string;
  /** The reason of the last one. */
  readonly reason: string;
  readonly pushes: number;
  readonly events: number;
  readonly firstAt: string;
  readonly lastAt: string;
}

/** Adds one row for each sender and code, so the table is bounded by the number of keys. */
export async function noteRefusedPush({ knex, dialect }: Database, push: RefusedPush): Promise<void> {
  const at = push.receivedAt.toISOString();
  const known = (column: string, next: string) =>
    knex.raw<number>(
      `case when refused_pushes.expires_at > ${dialect.clockText(0)} then refused_pushes.${column} + ${next} else ${next} end`,
    );
  await knex('refused_pushes')
    .insert({
      connector_id: push.connectorId,
      pushed_by: push.pushedBy,
      code: push.code,
      reason: push.reason,
      pushes: 1,
      events: push.events,
      first_at: at,
      last_at: at,
      expires_at: knex.raw(dialect.clockText(push.keepSeconds)),
    })
    .onConflict(['connector_id', 'pushed_by', 'code'])
    .merge({
      reason: push.reason,
      pushes: known('pushes', '1'),
      events: known('events', 'excluded.events'),
      first_at: knex.raw(
        `case when refused_pushes.expires_at > ${dialect.clockText(0)} then refused_pushes.first_at else excluded.first_at end`,
      ),
      last_at: at,
      expires_at: knex.raw(dialect.clockText(push.keepSeconds)),
    });
}

/** Lists what was refused of a connector's pushes, the newest first. */
export async function refusedPushes(
  { knex, dialect }: Database,
  connectorId: string,
  limit: number,
): Promise<RefusedPushes[]> {
  const rows = await knex('refused_pushes')
    .where({ connector_id: connectorId })
    .where('expires_at', '>', knex.raw(dialect.clockText(0)))
    .orderBy([{ column: 'last_at', order: 'desc' }, 'pushed_by', 'code'])
    .limit(limit);
  return rows.map(({ pushed_by, code, reason, pushes, events, first_at, last_at }) => ({
    pushedBy: pushed_by,
    code,
    reason,
    pushes,
    events: Number(events),
    firstAt: first_at,
    lastAt: last_at,
  }));
}

export async function purgeRefusedPushes({ knex, dialect }: Database): Promise<void> {
  await knex('refused_pushes')
    .where('expires_at', '<=', knex.raw(dialect.clockText(0)))
    .delete();
}
