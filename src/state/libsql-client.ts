import BetterSqlite3Client from 'knex/lib/dialects/better-sqlite3/index.js';
import SqliteTransaction from 'knex/lib/dialects/sqlite3/execution/sqlite-transaction.js';
import Libsql from 'libsql';
import { setTimeout as sleep } from 'node:timers/promises';
import { STATE_BUSY_SECONDS_MAX } from '../core/limits.ts';

const WAL_RETRY_MS = 50;
/** The program has some 40 statements; the bound only keeps an accident from becoming a leak. */
const STATEMENTS_MAX = 200;
/** What a large commit leaves of its journal for the next one, which need not grow it anew. */
const JOURNAL_BYTES = 64 * 1_048_576;

/**
 * A transaction that begins by taking its turn to write. One that reads first and writes later fails at once when
 * another process has written in between, and no waiting helps it.
 */
class WritingTransaction extends SqliteTransaction {
  override begin(connection: Libsql.Database): Promise<void> {
    return Promise.resolve().then(() => {
      connection.exec('BEGIN IMMEDIATE');
    });
  }
}

/** knex's better-sqlite3 dialect on libsql, which has the same interface and needs no compiler and no download. */
export class LibsqlClient extends BetterSqlite3Client {
  _driver(): unknown {
    return Libsql;
  }

  override transaction(container: unknown, config: unknown, outer: unknown): WritingTransaction {
    return new WritingTransaction(this, container, config, outer);
  }

  override async acquireRawConnection(): Promise<Libsql.Database> {
    const connection = new Libsql(this.connectionSettings.filename);
    connection.exec(`PRAGMA busy_timeout = ${STATE_BUSY_SECONDS_MAX * 1_000}`);
    await enterWal(connection);
    connection.exec('PRAGMA synchronous = FULL');
    connection.exec('PRAGMA foreign_keys = ON');
    connection.exec(`PRAGMA journal_size_limit = ${JOURNAL_BYTES}`);
    reuseStatements(connection);
    return connection;
  }
}

/** SQLite does not wait for its turn to change the journal mode of a new file, so two first processes would collide. */
async function enterWal(connection: Libsql.Database): Promise<void> {
  const attempts = (STATE_BUSY_SECONDS_MAX * 1_000) / WAL_RETRY_MS;
  for (let attempt = 1; ; attempt += 1) {
    try {
      connection.exec('PRAGMA journal_mode = WAL');
      return;
    } catch (thrown) {
      const busy = thrown instanceof Error && 'code' in thrown && thrown.code === 'SQLITE_BUSY';
      if (!busy || attempt >= attempts) throw thrown;
      await sleep(WAL_RETRY_MS);
    }
  }
}

/**
 * A statement keeps the values last bound to it until it is collected as garbage, and the collector sees only a few
 * bytes of it: prepared anew each time, staging 1 M records held 140 MB more, and growing.
 */
function reuseStatements(connection: Libsql.Database): void {
  const prepare = connection.prepare.bind(connection);
  const statements = new Map<string, unknown>();
  Object.defineProperty(connection, 'prepare', {
    value(sql: string): unknown {
      const known = statements.get(sql);
      if (known !== undefined) return known;
      if (statements.size >= STATEMENTS_MAX) statements.clear();
      const statement: unknown = prepare(sql);
      statements.set(sql, statement);
      return statement;
    },
  });
}
