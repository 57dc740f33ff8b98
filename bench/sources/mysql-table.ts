import type { TestMariadb } from '../../test/support/databases/mariadb-server.ts';

/** The table of the stand-ins for MySQL: ten columns of mixed types, about 600 bytes a row. The same number gives the same rows. */
export async function fillMysqlTable(server: TestMariadb, rows: number): Promise<void> {
  await server.query(
    `CREATE TABLE t (id bigint PRIMARY KEY, name varchar(100), price decimal(12, 2), balance decimal(38, 10),
       quantity int, active boolean, ratio double, updated_at datetime(6), code char(36), description text)`,
    `INSERT INTO t SELECT seq, concat('Zoë Müller, employee number ', seq), seq % 100000 + 0.25,
       nullif(seq, seq DIV 10 * 10) + 0.0123456789, seq % 1000000 * 1001, seq % 2, seq / 7,
       timestampadd(microsecond, seq * 1234567, '2026-03-01 13:14:15.123456'),
       concat('12345678-9abc-4def-8123-', lpad(seq, 12, '0')),
       left(repeat(concat(seq, ' knows about drills, contracts and the coffee machine. '), 10), 420)
     FROM seq_1_to_${Math.trunc(rows)}`,
  );
}
