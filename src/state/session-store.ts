import type { ServerDatabase } from './open-server-database.ts';

/** What the servers of one database must agree on about sessions. Every method: @throws BridgeError STATE_* */
export interface SessionStore {
  /** What sessions are signed with: the value that the first of all servers proposed. */
  signingSecret(proposed: string, now: Date): Promise<string>;
  /** @param until when the session would have ended by itself, so that nobody needs to know of it any more */
  end(sessionId: string, until: Date, now: Date): Promise<void>;
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
    end: (sessionId, until, now) =>
      database.guarded(async ({ knex }) => {
        await knex('ended_sessions').where('forget_at', '<', now.toISOString()).delete();
        await knex('ended_sessions')
          .insert({ session_id: sessionId, forget_at: until.toISOString() })
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
