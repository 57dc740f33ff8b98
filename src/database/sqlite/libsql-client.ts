import BetterSqlite3Client from 'knex/lib/dialects/better-sqlite3/index.js';
import SqliteTransaction from 'knex/lib/dialects/sqlite3/execution/sqlite-transaction.js';
import Libsql from 'libsql';
import { setTimeout as sleep } from 'node:timers/promises';
import { STATE_BUSY_SECONDS_MAX } from '../limits.ts';
import { codeOf } from '../../core/thrown.ts';
import type { StatementThread } from './statement-thread.ts';

const RETRY_MS = 20;
/** The program has some 40 statements; the bound only limits the damage of an accidental leak. */
const STATEMENTS_MAX = 200;
/** The pages of a new file. A first load costs a fifth less than with 4 kB, which an existing file keeps. */
const PAGE_BYTES = 16_384;
/** The size to which a journal is cut after a large commit; the next commit can reuse that space. */
const JOURNAL_BYTES = 64 * 1_048_576;

interface Query {
  readonly sql: string;
  readonly bindings?: readonly unknown[];
  readonly options?: { readonly background?: boolean };
}

const COMMIT = 'COMMIT;';

/**
 * A transaction that takes the write lock at its begin. A transaction that reads first and writes later fails at once when
 * another process has written in between, and waiting does not help.
 */
class WritingTransaction extends SqliteTransaction {
  override begin(connection: Libsql.Database): Promise<void> {
    return inTurn(() => {
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

  override _query(connection: Libsql.Database, query: Query): Promise<unknown> {
    // After a full disk or a failed write SQLite has already rolled back: an error about the rollback would hide the reason.
    if (query.sql.startsWith('ROLLBACK') && !connection.inTransaction) return Promise.resolve(query);
    return inTurn(async () => {
      if (query.options?.background === true) {
        await (await threadOf(connection)).run(query.sql, query.bindings ?? []);
        return query;
      }
      const thread = query.sql === COMMIT ? threads.get(connection) : undefined;
      if (thread === undefined) return super._query(connection, query);
      await thread.commit();
      return query;
    });
  }

  override async acquireRawConnection(): Promise<Libsql.Database> {
    const connection = new Libsql(this.connectionSettings.filename);
    connection.exec(`PRAGMA page_size = ${PAGE_BYTES}`);
    await inTurn(() => {
      connection.exec('PRAGMA journal_mode = WAL');
    });
    connection.exec('PRAGMA synchronous = FULL');
    connection.exec('PRAGMA foreign_keys = ON');
    // Sorting a large commit in memory would take memory in proportion to its size.
    connection.exec('PRAGMA temp_store = FILE');
    connection.exec(`PRAGMA journal_size_limit = ${JOURNAL_BYTES}`);
    reuseStatements(connection);
    return connection;
  }
}

/**
 * Retries while another connection writes. SQLite's own wait would block the whole process, including signals and the heartbeat,
 * and would never end if the other connection belongs to this same process. Within a transaction no statement fails for this
 * reason, so each retry repeats a whole transaction or a single statement.
 */
async function inTurn<Answer>(work: () => Answer | Promise<Answer>): Promise<Answer> {
  const givingUpAt = performance.now() + STATE_BUSY_SECONDS_MAX * 1_000;
  for (;;) {
    try {
      return await work();
    } catch (thrown) {
      const busy = codeOf(thrown).startsWith('SQLITE_BUSY');
      if (!busy || performance.now() > givingUpAt) throw thrown;
      await sleep(RETRY_MS * (0.5 + Math.random()));
    }
  }
}

const threads = new WeakMap<Libsql.Database, StatementThread>();

/** A run that stages nothing does not need the thread; loading it takes 10 ms. */
async function threadOf(connection: Libsql.Database): Promise<StatementThread> {
  const { StatementThread } = await import('./statement-thread.ts');
  const thread = threads.get(connection) ?? new StatementThread(connection);
  threads.set(connection, thread);
  return thread;
}

/**
 * Prepared statements are reused, because a statement keeps its last bound values until it is garbage-collected, and the
 * collector sees only a few bytes of it. If each call prepared a new statement, staging 1 M records held 140 MB more, and
 * growing.
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
