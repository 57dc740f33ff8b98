import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { startMariadb, type TestMariadb } from '../../support/databases/mariadb-server.ts';
import { describeOnMariadb } from '../../support/databases/mariadb.ts';
import { startOracle } from '../../support/databases/oracle-server.ts';
import { runCli } from '../../support/processes/run-cli.ts';
import { startSqlServer } from '../../support/databases/sql-server.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';
import { workplace } from '../../support/files/workplace.ts';

const folders = temporaryFolders();
afterAll(() => {
  folders.removeAll();
});

/** Three people, then one has another team and one is gone. Runs by the command line, as a user does. */
async function firstAndSecondRun(
  type: string,
  secret: string,
  change: () => Promise<void>,
): Promise<unknown[]> {
  const place = workplace(folders.make(), { SECRET_PEOPLE_DB: secret }, runCli);
  const query = 'SELECT id, name, team FROM people';
  place.writeConnector({ source: { type, query } });
  const first = await place.runJson();
  await change();
  const second = await place.runJson();
  return [first, second].map(({ exitCode, result: { counts } }) => ({
    exitCode,
    seen: counts['seen'],
    added: counts['added'],
    changed: counts['changed'],
    deleted: counts['deleted'],
  }));
}

const EXPECTED = [
  { exitCode: 0, seen: 3, added: 3, changed: 0, deleted: 0 },
  { exitCode: 0, seen: 2, added: 0, changed: 1, deleted: 1 },
];

describeOnMariadb('a connector', () => {
  let mariadb: TestMariadb;
  beforeAll(async () => {
    mariadb = await startMariadb();
  });
  afterAll(async () => {
    await mariadb.stop();
  });

  test('for MySQL runs from the command line', async () => {
    await mariadb.query(
      'CREATE TABLE people (id BIGINT UNSIGNED PRIMARY KEY, name TEXT, team TEXT)',
      "INSERT INTO people VALUES (1, 'Ann', 'red'), (2, 'Bo', 'blue'), (18446744073709551615, 'Cy', 'red')",
    );
    const runs = await firstAndSecondRun('mysql', mariadb.url(), async () => {
      await mariadb.query("UPDATE people SET team = 'green' WHERE id = 2", 'DELETE FROM people WHERE id = 1');
    });
    expect(runs).toEqual(EXPECTED);
  });
});

describe('a connector', () => {
  const closing: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0)) await close();
  });

  test('for SQL Server runs from the command line', async () => {
    let rows: [bigint, string, string][] = [
      [1n, 'Ann', 'red'],
      [2n, 'Bo', 'blue'],
      [9223372036854775807n, 'Cy', 'red'],
    ];
    const server = await startSqlServer({
      answer: () => ({
        columns: [
          { name: 'id', type: 'bigint' },
          { name: 'name', type: 'nvarchar' },
          { name: 'team', type: 'nvarchar' },
        ],
        rows: () => rows,
      }),
    });
    closing.push(() => server.close());
    const runs = await firstAndSecondRun('mssql', server.url, () => {
      rows = rows.slice(1).map(([id, name, team]) => [id, name, id === 2n ? 'green' : team]);
      return Promise.resolve();
    });
    expect(runs).toEqual(EXPECTED);
  });

  test('for Oracle runs from the command line', async () => {
    let rows: [string, string, string][] = [
      ['1', 'Ann', 'red'],
      ['2', 'Bo', 'blue'],
      ['9'.repeat(38), 'Cy', 'red'],
    ];
    const server = await startOracle({
      answer: () => ({
        columns: [
          { name: 'id', type: 'NUMBER', precision: 38 },
          { name: 'name', type: 'VARCHAR2' },
          { name: 'team', type: 'VARCHAR2' },
        ],
        rows: () => rows,
      }),
    });
    closing.push(() => server.close());
    const runs = await firstAndSecondRun('oracle', server.url, () => {
      rows = rows.slice(1).map(([id, name, team]) => [id, name, id === '2' ? 'green' : team]);
      return Promise.resolve();
    });
    expect(runs).toEqual(EXPECTED);
  });
});
