import type { ServerDatabase } from '../../database/open-server-database.ts';

/** The data about sessions that the servers of one database share. Every method: @throws BridgeError STATE_* */
export interface SessionStore {
  /** The secret that signs sessions: the value that the first of all servers proposed. */
  signingSecret(proposed: string, now: Date): Promise<string>;
  /** @param seconds after which the session has expired in any case, so that its end need not be stored any more */
  end(sessionId: string, seconds: number): Promise<void>;
  hasEnded(sessionId: string): Promise<boolean>;
}

const SIGNING = 'session_signing';

export function openSessionStore(database: ServerDatabase): SessionStore {
  return {
    signingSecret: (proposed, now) =>
      database.guarded(async ({ knex }) => {
        await knex('server_secrets')
          .insert({ name: SIGNING, value: proposed, made_at: now.toISOString() })
          .onConflict('name')
          .ignore();
        const row = await knex('server_secrets').where({ name: SIGNING }).first();
        return row?.value ?? proposed;
      }),
    end: (sessionId, seconds) =>
      database.guarded(async ({ knex, dialect }) => {
        // By the clock of the database: a server with a fast clock would delete rows that others still need.
        await knex('ended_sessions')
          .where('forget_at', '<', knex.raw(dialect.clockText(0)))
          .delete();
        await knex('ended_sessions')
          .insert({ session_id: sessionId, forget_at: knex.raw(dialect.clockText(seconds)) })
          .onConflict('session_id')
          .ignore();
      }),
    hasEnded: (sessionId) =>
      database.guarded(
        async ({ knex }) =>
          (await knex('ended_sessions').where({ session_id: sessionId }).first()) !== undefined,
      ),
  };
}
