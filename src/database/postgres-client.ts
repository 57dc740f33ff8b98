import PostgresDialectClient from 'knex/lib/dialects/postgres/index.js';
import type { Knex } from 'knex';
import { Socket } from 'node:net';
import pg from 'pg';
import { STATE_CONFLICT_ATTEMPTS_MAX, STATE_CONNECT_SECONDS } from './limits.ts';
import type { PostgresAddress } from '../net/postgres/address.ts';
import { agreeOnTls } from '../net/postgres/tls.ts';
import { codeOf } from '../core/thrown.ts';
import { isConflict } from './state-errors.ts';

/** Why the server ended a connection, if it reported that while no statement was in progress. */
const farewells = new WeakMap<object, Error>();

/**
 * knex's client for Postgres, for one database:
 *
 * - TLS settings mean the same as for a Postgres source; the driver's own settings do not.
 * - A transaction is READ COMMITTED, whatever `default_transaction_isolation` is: each one claims its changes with a condition or
 *   a lock, and with a snapshot the loser of a race would fail where it should see the winner.
 * - A statement outside of a transaction has the default isolation of the database. If it lost a race it is repeated, because it
 *   had no effect. (A setting of the session would also work, but not through a pooler that gives each transaction another
 *   session.)
 * - An error names the limit that ended the session, not only that it ended.
 *
 * @param silenceSeconds a connection that is silent for this long is closed
 */
export function postgresClientFor(address: PostgresAddress, silenceSeconds: number | undefined) {
  // knex makes the client of a transaction from the prototype alone, so no instance fields can be used.
  return class extends PostgresDialectClient {
    override _driver(): unknown {
      return pg;
    }

    override async _acquireOnlyConnection(): Promise<unknown> {
      const connection = await connect(address, silenceSeconds);
      connection.on('error', (error) => {
        if (isSqlstate(error)) farewells.set(connection, error);
        connection.__knex__disposed = error;
      });
      connection.on('end', () => {
        connection.__knex__disposed ??= 'Connection ended unexpectedly';
      });
      return connection;
    }

    override transaction(container: unknown, config: object | undefined, outer: unknown): Knex.Transaction {
      const isolated = outer === undefined || outer === null;
      return super.transaction(
        container,
        isolated ? { isolationLevel: 'read committed', ...config } : config,
        outer,
      );
    }

    override async _query(connection: object, query: { readonly sql: string }): Promise<unknown> {
      for (let attempt = 1; ; attempt++) {
        try {
          return await super._query(connection, query);
        } catch (thrown) {
          const lost = isConflict(thrown) && this.transacting !== true;
          if (lost && attempt < STATE_CONFLICT_ATTEMPTS_MAX) continue;
          throw isSqlstate(thrown) ? thrown : (farewells.get(connection) ?? thrown);
        }
      }
    }
  };
}

/** Whether the error comes from the server. An error of the socket has another form of code, or none. */
function isSqlstate(thrown: unknown): boolean {
  return /^\d[\dA-Z]{4}$/.test(codeOf(thrown));
}

/** A connection with the mark that makes knex drop it instead of reusing it. */
type Connection = pg.Client & { __knex__disposed?: unknown };

async function connect(address: PostgresAddress, silenceSeconds: number | undefined): Promise<Connection> {
  const { host, port, user, password, database, applicationName, options } = address;
  const seconds = address.connectSeconds ?? STATE_CONNECT_SECONDS;
  const socket = await openSocket(address, seconds, silenceSeconds);
  const client: Connection = new pg.Client({
    host,
    port,
    // Without these options the driver reads environment variables, as psql does.
    ...(user !== '' && { user }),
    ...(database !== '' && { database }),
    ...(password !== undefined && { password }),
    // TLS is already negotiated.
    ssl: false,
    stream: () => socket,
    enableChannelBinding: address.tls.channelBinding,
    connectionTimeoutMillis: seconds * 1_000,
    keepAlive: true,
    application_name: applicationName ?? 'gemini-sync-bridge',
    ...(options !== undefined && { options }),
  });
  // An error that occurs before the caller has a listener is thrown below.
  client.on('error', passOver);
  try {
    await client.connect();
    // The driver continues to read when the refusal of the login arrived with other data in one chunk.
    if (socket.errored !== null) throw socket.errored;
  } catch (thrown) {
    socket.destroy();
    throw thrown;
  }
  client.off('error', passOver);
  return client;
}

function passOver(): void {
  // An error without a listener would end the process.
}

/**
 * Opens a connected socket, with TLS as required. The driver connects it once more; the replaced `connect` only emits the event.
 * So COPY runs on Node's own socket, without a stream in between.
 */
async function openSocket(
  { host, port, tls }: PostgresAddress,
  connectSeconds: number,
  silenceSeconds: number | undefined,
): Promise<Socket> {
  const tcp = new Socket();
  const tooLate = setTimeout(() => {
    tcp.destroy(new Error('timeout expired'));
  }, connectSeconds * 1_000);
  // The operating system takes a quarter of an hour to detect an unreachable machine. Until then its connections would be reused
  // again and again, also when another machine answers at the same address.
  if (silenceSeconds !== undefined) tcp.setTimeout(silenceSeconds * 1_000, () => tcp.destroy());
  try {
    const secured = await new Promise<Socket>((resolve, reject) => {
      tcp.once('error', reject);
      tcp.once('close', () => {
        reject(new Error('Connection terminated unexpectedly'));
      });
      tcp.once('connect', () => {
        agreeOnTls(tcp, host, tls).then(resolve, reject);
      });
      if (host.startsWith('/')) tcp.connect(`${host}/.s.PGSQL.${port}`);
      else tcp.connect(port, host);
    });
    return Object.defineProperty(secured, 'connect', {
      value() {
        process.nextTick(() => {
          secured.emit('connect');
          // Paused since the server's response about TLS.
          secured.resume();
        });
        return secured;
      },
    });
  } catch (thrown) {
    tcp.destroy();
    throw thrown;
  } finally {
    clearTimeout(tooLate);
  }
}
