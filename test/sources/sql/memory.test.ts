import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { growth } from '../../support/memory/growth.ts';
import { startMariadb, type TestMariadb } from '../../support/databases/mariadb-server.ts';
import { describeOnMariadb } from '../../support/databases/mariadb.ts';
import { startOracle } from '../../support/databases/oracle-server.ts';
import { startSqlServer } from '../../support/databases/sql-server.ts';

const ROWS = 200_000;
/** 200 MB of rows would be seen; the buffers are two of 4 MiB, and each driver holds some rows beside. */
const GROWN_MIB_MAX = 100;
const TEXT = 'x'.repeat(1_000);

describeOnMariadb('memory', () => {
  let mariadb: TestMariadb;
  beforeEach(async () => {
    mariadb = await startMariadb();
  });
  afterEach(async () => {
    await mariadb.stop();
  });

  test('does not grow with the rows of MySQL', async () => {
    const query = `SELECT seq AS id, REPEAT('x', 1000) AS text FROM seq_1_to_${ROWS}`;
    const { rows, grownMib } = await growth('mysql', mariadb.url(), query);
    expect(rows).toBe(ROWS);
    expect(grownMib).toBeLessThan(GROWN_MIB_MAX);
  });
});

describe('memory', () => {
  test('does not grow with the rows of SQL Server', async () => {
    const server = await startSqlServer({
      answer: () => ({
        columns: [
          { name: 'id', type: 'int' },
          { name: 'text', type: 'varchar', length: 1_000 },
        ],
        rows: function* () {
          for (let id = 1; id <= ROWS; id++) yield [id, TEXT];
        },
      }),
    });
    const { rows, grownMib } = await growth('mssql', server.url, 'SELECT id, text FROM t');
    await server.close();
    expect(rows).toBe(ROWS);
    expect(grownMib).toBeLessThan(GROWN_MIB_MAX);
  });

  test('does not grow with the rows of Oracle', async () => {
    const server = await startOracle({
      answer: () => ({
        columns: [
          { name: 'ID', type: 'NUMBER', precision: 10 },
          { name: 'TEXT', type: 'VARCHAR2', size: 1_000 },
        ],
        rows: function* () {
          for (let id = 1; id <= ROWS; id++) yield [String(id), TEXT];
        },
      }),
    });
    const { rows, grownMib } = await growth('oracle', server.url, 'SELECT id, text FROM t');
    await server.close();
    expect(rows).toBe(ROWS);
    expect(grownMib).toBeLessThan(GROWN_MIB_MAX);
  });
});
