import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { stateFindings } from '../../src/app/doctor/state.ts';
import { openDatabase } from '../../src/database/database.ts';
import { migrateState, openState } from '../../src/state/run/open-state.ts';
import { stateError } from '../../src/database/state-errors.ts';
import { startBridgeServer } from '../support/server/bridge-server.ts';
import { eventually } from '../support/eventually.ts';
import { peopleTable, somePeople } from '../support/databases/people-table.ts';
import { startPostgres, type TestPostgres } from '../support/databases/postgres.ts';
import { runHere } from '../support/processes/run-here.ts';
import { temporaryFolders } from '../support/files/temporary-folder.ts';
import { CONNECTOR_FILE, workplace } from '../support/files/workplace.ts';

const FILE = 'not-used.db';
const OWNER = { runId: 'R', host: 'host-1', pid: process.pid };

let server: TestPostgres;
const folders = temporaryFolders();
let databases = 0;
beforeAll(async () => {
  server = await startPostgres();
  await server.query(peopleTable(somePeople(20)));
  await server.createDatabase('template_state');
  await migrateState({ url: server.url('template_state'), file: FILE });
});
afterAll(async () => {
  await server.stop();
  folders.removeAll();
});

/** A migrated database with these settings for all its sessions. */
async function databaseWith(settings: Readonly<Record<string, string>>) {
  const name = `state_${(databases += 1)}`;
  await server.query(`CREATE DATABASE ${name} TEMPLATE template_state`);
  for (const [setting, value] of Object.entries(settings)) {
    await server.query(`ALTER DATABASE ${name} SET ${setting} = ${value}`);
  }
  return { name, url: server.url(name) };
}

function people(databaseUrl: string) {
  const place = workplace(folders.make(), { SECRET_PEOPLE_DB: server.url(), DATABASE_URL: databaseUrl });
  place.writeConnector();
  return place;
}

/** Holds a table locked while `work` is done. */
async function whileLocked<Answer>(
  url: string,
  work: () => Promise<Answer>,
  table = 'connector_leases',
): Promise<Answer> {
  const other = await openDatabase({ url, file: FILE });
  try {
    return await other.knex.transaction(async (transaction) => {
      await transaction.raw('SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0');
      await transaction.raw(`LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`);
      return await work();
    });
  } finally {
    await other.close();
  }
}

describe('a limit that is set on the state database', () => {
  test.each(['statement_timeout', 'lock_timeout'])(
    '%s ends a run that is to be tried again',
    async (name) => {
      const { url } = await databaseWith({ [name]: "'300ms'" });
      const place = people(url);
      const { exitCode, result } = await whileLocked(url, () => place.runJson());
      expect({ exitCode, ...result.error }).toMatchObject({
        exitCode: 75,
        code: 'STATE_LIMIT',
        retryable: true,
        message: expect.stringContaining(`(${name})`),
        hint: expect.stringContaining(`Raise ${name}`),
      });
      expect((await place.runJson()).result.counts).toMatchObject({ added: 20 });
    },
  );

  test('statement_timeout is named by every command that opens the state', async () => {
    const { url } = await databaseWith({ statement_timeout: "'300ms'" });
    const { cwd } = people(url);
    await whileLocked(
      url,
      async () => {
        for (const args of [
          ['migrate'],
          ['keys', 'list'],
          ['explain', '--connector', CONNECTOR_FILE, '--doc', '1'],
          ['check-drift', '--only', 'state'],
        ]) {
          const { exitCode, stdout, stderr } = await runHere(args, { cwd, env: { DATABASE_URL: url } });
          expect([args[0], exitCode, `${stdout}${stderr}`]).toEqual([
            args[0],
            75,
            expect.stringContaining('Raise statement_timeout'),
          ]);
        }
        const findings = await stateFindings({ databaseUrl: url, cwd }, new AbortController().signal);
        expect(findings).toMatchObject([{ status: 'fail', code: 'STATE_LIMIT' }]);
      },
      'knex_migrations',
    );
  });

  test.each(['idle_in_transaction_session_timeout', 'transaction_timeout'])(
    '%s is named by the statement that finds its session ended',
    async (setting) => {
      const { name, url } = await databaseWith({ [setting]: "'100ms'" });
      const database = await openDatabase({ url, file: FILE });
      const working = database.knex.transaction(async (transaction) => {
        await transaction.raw('select 1');
        await eventually('the session has ended', async () => {
          const sql = `select 1 from pg_stat_activity where datname = '${name}'`;
          return (await server.query(sql)).length === 0;
        });
        await transaction.raw('select 1');
      });
      const error = await working.catch((thrown: unknown) => stateError(thrown, database.location));
      expect(error).toMatchObject({ code: 'STATE_LIMIT', message: expect.stringContaining(`(${setting})`) });
      await database.close();
    },
  );

  test('idle_session_timeout costs a connection, and no statement', async () => {
    const { name, url } = await databaseWith({ idle_session_timeout: "'100ms'" });
    const database = await openDatabase({ url, file: FILE });
    await database.knex.raw('select 1');
    await eventually('the session has ended', async () => {
      return (await server.query(`select 1 from pg_stat_activity where datname = '${name}'`)).length === 0;
    });
    await expect(database.knex.raw('select 1')).resolves.toBeDefined();
    await database.close();
  });

  test('CONNECTION LIMIT is a time to wait', async () => {
    const { name } = await databaseWith({});
    await server.query(
      `CREATE ROLE limited LOGIN PASSWORD 'x' CONNECTION LIMIT 0; GRANT ALL ON DATABASE ${name} TO limited`,
    );
    const url = `postgres://limited:x@${server.host}:${server.port}/${name}`;
    await expect(openState({ url, file: FILE, readOnly: false })).rejects.toMatchObject({
      code: 'STATE_UNREACHABLE',
      message: expect.stringContaining('too many connections'),
      hint: expect.stringContaining('CONNECTION LIMIT'),
    });
  });

  test('default_transaction_read_only is named, and needs a person', async () => {
    const { url } = await databaseWith({ default_transaction_read_only: 'on' });
    const place = people(url);
    const { exitCode, result } = await place.runJson();
    expect({ exitCode, ...result.error }).toMatchObject({
      exitCode: 69,
      code: 'STATE_FAILED',
      retryable: false,
      hint: expect.stringContaining('default_transaction_read_only'),
    });
    expect((await place.runJson(['--dry-run'])).exitCode).toBe(0);
  });

  test('ALLOW_CONNECTIONS false is answered by serve with 503 and Retry-After', async () => {
    const { name, url } = await databaseWith({});
    const bridge = await startBridgeServer({ databaseUrl: url });
    await server.query(
      `ALTER DATABASE ${name} ALLOW_CONNECTIONS false;
       SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${name}'`,
    );
    for (const path of ['/readyz', '/v1/ops/snapshot']) {
      const answer = await bridge.request(path);
      expect([path, answer.status, Number(answer.headers.get('retry-after')) > 0]).toEqual([path, 503, true]);
    }
    await bridge.stop();
    await expect(openState({ url, file: FILE, readOnly: true })).rejects.toMatchObject({
      code: 'STATE_UNREACHABLE',
      hint: expect.stringContaining('ALLOW_CONNECTIONS'),
    });
  });
});

describe('default_transaction_isolation', () => {
  test.each(["'repeatable read'", "'serializable'"])(
    '%s lets one of six contenders have a lease, and tells the others that it is held',
    async (level) => {
      const { url } = await databaseWith({
        default_transaction_isolation: level,
        default_transaction_deferrable: 'on',
      });
      const states = await Promise.all(
        Array.from({ length: 6 }, () => openState({ url, file: FILE, readOnly: false })),
      );
      for (let round = 0; round < 4; round += 1) {
        const taken = await Promise.allSettled(
          states.map((state, index) =>
            state.lease('hr', { ...OWNER, runId: `R-${round}-${index}`, host: `host-${index}` }),
          ),
        );
        const refused = taken.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
        expect(refused).toHaveLength(5);
        for (const reason of refused) expect(reason).toMatchObject({ code: 'LEASE_HELD' });
        for (const one of taken) if (one.status === 'fulfilled') await one.value.release();
      }
      for (const state of states) await state.close();
    },
  );

  test('is of no matter to a transaction, and a statement alone that lost a race is repeated', async () => {
    const { name, url } = await databaseWith({ default_transaction_isolation: "'repeatable read'" });
    const database = await openDatabase({ url, file: FILE });
    const level = await database.knex.transaction((transaction) =>
      transaction.raw<{ rows: unknown[] }>('show transaction_isolation'),
    );
    expect(level.rows).toEqual([{ transaction_isolation: 'read committed' }]);
    await database.knex('connector_leases').insert({ connector_id: 'hr', fence: 1, expires_at: 0 });
    const renewing = whileUpdated(database, async () => {
      const waiting = database.knex('connector_leases').where({ connector_id: 'hr' }).increment('fence', 1);
      const done = waiting.then((changed) => changed);
      await eventually('it waits for the row', async () => {
        const sql = `select 1 from pg_stat_activity where datname = '${name}' and wait_event_type = 'Lock'`;
        return (await server.query(sql)).length > 0;
      });
      return { done };
    });
    expect(await (await renewing).done).toBe(1);
    expect(await database.knex('connector_leases').pluck('fence')).toEqual([3]);
    await database.close();
  });
});

/** Begins a change of all leases, does `work`, and commits the change. */
function whileUpdated<Answer>(
  { knex }: Awaited<ReturnType<typeof openDatabase>>,
  work: () => Promise<Answer>,
): Promise<Answer> {
  return knex.transaction(async (transaction) => {
    await transaction('connector_leases').increment('fence', 1);
    return work();
  });
}

test('settings that change how values are written change nothing of a run', async () => {
  const { url } = await databaseWith({
    standard_conforming_strings: 'off',
    bytea_output: "'escape'",
    DateStyle: "'SQL, DMY'",
    IntervalStyle: "'iso_8601'",
    timezone: "'Asia/Kolkata'",
    search_path: '"$user", nowhere, public',
    default_transaction_isolation: "'serializable'",
    default_transaction_deferrable: 'on',
    extra_float_digits: '0',
  });
  const place = people(url);
  expect((await place.runJson()).result.counts).toMatchObject({ added: 20 });
  await server.query(
    "UPDATE people SET team = 'It''s \\ Support' WHERE id = 3; DELETE FROM people WHERE id = 4",
  );
  expect((await place.runJson()).result.counts).toMatchObject({ changed: 1, deleted: 1, unchanged: 18 });
  expect((await place.runJson()).result.counts).toMatchObject({ unchanged: 19 });
});

test('a search_path without a schema is named by migrate', async () => {
  const url = await server.createDatabase('homeless');
  await server.query("ALTER DATABASE homeless SET search_path = 'nowhere'");
  await expect(migrateState({ url, file: FILE })).rejects.toMatchObject({
    code: 'STATE_FAILED',
    hint: expect.stringContaining('search_path'),
  });
});
