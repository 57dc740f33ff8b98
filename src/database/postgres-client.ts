import PostgresDialectClient from 'knex/lib/dialects/postgres/index.js';
import type { Knex } from 'knex';
import { Socket } from 'node:net';
import pg from 'pg';
import { STATE_CONFLICT_ATTEMPTS_MAX, STATE_CONNECT_SECONDS } from './limits.ts';
import type { PostgresAddress } from '../net/postgres/address.ts';
import { agreeOnTls } from '../net/postgres/tls.ts';
import { codeOf } from '../core/thrown.ts';
import { isConflict } from './state-errors.ts';

/** Why the server ended a connection, if it said so while no statement was there to be told. */
const farewells = new WeakMap<object, Error>();

/**
 * knex's client for Postgres, for one database:
 *
 * - TLS means what it means to a Postgres source, which the driver's own words do not.
 * - A transaction is READ COMMITTED, whatever `default_transaction_isolation` says: each takes what it changes by a condition or a
 *   lock, and under a snapshot the loser of a race would fail where it should see the winner.
 * - A statement outside of a transaction has the default isolation of the database. One that lost a race is repeated: it had no effect.
 *   (A setting of the session would do instead, but not through a pooler that gives each transaction another session.)
 * - An error names the limit that ended the session, not only that it ended.
 *
 * @param silenceSeconds a connection that is silent for this long is closed
 */
export function postgresClientFor(address: PostgresAddress, silenceSeconds: number | undefined) {
  // knex makes the client of a transaction from the prototype alone, so nothing can be kept in fields.
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

/** Whether these are the server's own words. An error of the socket has another form of code, or none. */
function isSqlstate(thrown: unknown): boolean {
  return /^\d[\dA-Z]{4}$/.test(codeOf(thrown));
}

/** A connection with the mark by which knex drops it instead of using it again. */
type Connection = pg.Client & { __knex__disposed?: unknown };

async function connect(address: PostgresAddress, silenceSeconds: number | undefined): Promise<Connection> {
  const { host, port, user, password, database, applicationName, options } = address;
  const seconds = address.connectSeconds ?? STATE_CONNECT_SECONDS;
  const socket = await openSocket(address, seconds, silenceSeconds);
  const client: Connection = new pg.Client({
    host,
    port,
    // Without them the driver asks its environment, as psql does.
    ...(user !== '' && { user }),
    ...(database !== '' && { database }),
    ...(password !== undefined && { password }),
    // Agreed on already.
    ssl: false,
    stream: () => socket,
    enableChannelBinding: address.tls.channelBinding,
    connectionTimeoutMillis: seconds * 1_000,
    keepAlive: true,
    application_name: applicationName ?? 'gemini-sync-bridge',
    ...(options !== undefined && { options }),
  });
  // What goes wrong before the caller listens is thrown below.
  client.on('error', passOver);
  try {
    await client.connect();
    // The driver reads on when the login was refused within what the server sent at once.
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
 * A socket that is connected, and has TLS as demanded. The driver connects it once more, which it takes for news of a connection:
 * so COPY runs on Node's own socket, with nothing in between.
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
  // The system itself gives up on a machine that is gone after a quarter of an hour. Until then its connections would be used
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
          // Paused since the server's answer about TLS.
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
