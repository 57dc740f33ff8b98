import { afterAll, beforeAll } from '@jest/globals';
import { sourceContract } from '../../contracts/source.contract.ts';
import { startMariadb, type TestMariadb } from '../../support/databases/mariadb-server.ts';
import { describeOnMariadb } from '../../support/databases/mariadb.ts';
import { mysqlSource } from '../../support/databases/mysql-source.ts';

describeOnMariadb('on a real MariaDB', () => {
  let mariadb: TestMariadb;
  beforeAll(async () => {
    mariadb = await startMariadb();
  });
  afterAll(async () => {
    await mariadb.stop();
  });

  const numbered = (rows: number) =>
    `SELECT seq AS id, CONCAT('row ', seq) AS name FROM seq_1_to_1000000 WHERE seq <= ${rows}`;

  sourceContract('A MySQL query', {
    make: (rows) => Promise.resolve(mysqlSource(mariadb.url(), numbered(rows))),
  });

  sourceContract('A MySQL delta query', {
    make: (rows) =>
      Promise.resolve(
        mysqlSource(mariadb.url(), `SELECT * FROM (${numbered(rows)}) AS t WHERE id >= :watermark`, {
          watermarkField: 'id',
        }),
      ),
  });
});
