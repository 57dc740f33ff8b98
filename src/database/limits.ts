/** Limits of database connections. */

/** The embedded state file has one writer at a time; another process waits this long for the lock. */
export const STATE_BUSY_SECONDS_MAX = 60;

/** Connecting to the state database. */
export const STATE_CONNECT_SECONDS = 15;

/** Attempts of one statement on a Postgres state that fails with a serialization conflict, which strict isolation levels cause. */
export const STATE_CONFLICT_ATTEMPTS_MAX = 10;

/** Connections to a Postgres state: a stream, a write and the heartbeat at the same time, and one in reserve. */
export const STATE_CONNECTIONS_MAX = 4;

/**
 * A server closes a Postgres connection that was silent for this long. Its statements take milliseconds, and clients do
 * not wait much longer.
 */
export const SERVER_STATE_SILENCE_SECONDS_MAX = 20;
