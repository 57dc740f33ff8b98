import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { changeDepartment, changeHrRows, createHrTable } from '../../scripts/hr-table.ts';
import { startPostgres, type TestPostgres } from '../support/databases/postgres.ts';

let postgres: TestPostgres;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(async () => {
  await postgres.stop();
});

/** One hash over every value of the table. */
const DIGEST =
  "SELECT md5(string_agg(employees::text, E'\\n' ORDER BY employee_id)) AS digest FROM employees";

test('the same number gives the same rows, and the same changes', async () => {
  const digests = async (name: string) => {
    const url = await postgres.createDatabase(name);
    await createHrTable(url, 300);
    const created = await postgres.query(DIGEST, name);
    await changeHrRows(url, { change: 5, remove: 3, add: 2 });
    return { created, changed: await postgres.query(DIGEST, name) };
  };
  const first = await digests('first');
  expect(await digests('second')).toEqual(first);
  expect(first.changed).not.toEqual(first.created);
});

test('rows are about 600 bytes, with more than ASCII, quotes and line breaks among them', async () => {
  const url = await postgres.createDatabase('rows');
  await createHrTable(url, 2_000);
  const [row] = await postgres.query(
    `SELECT count(*)::int AS rows,
            count(DISTINCT email)::int AS emails,
            avg(octet_length(employees::text))::int AS bytes,
            bool_or(biography LIKE E'%\\n%') AS line_breaks,
            bool_or(biography LIKE '%"%') AS quotes,
            bool_or(biography ~ '日本') AS cjk,
            bool_or(biography ~ '🎌') AS emoji,
            bool_or(extract(microseconds FROM updated_at)::bigint % 1000 <> 0) AS microseconds,
            count(*) FILTER (WHERE employees IS NULL OR cardinality(allowed_users) = 0)::int AS incomplete
       FROM employees`,
    'rows',
  );
  const { bytes, ...rest } = row ?? {};
  expect(bytes).toBeGreaterThan(550);
  expect(bytes).toBeLessThan(650);
  expect(rest).toEqual({
    rows: 2_000,
    emails: 2_000,
    line_breaks: true,
    quotes: true,
    cjk: true,
    emoji: true,
    microseconds: true,
    incomplete: 0,
  });
});

test('changes as many rows as asked for, each of them later than all before', async () => {
  const url = await postgres.createDatabase('changes');
  await createHrTable(url, 500);
  await postgres.query('CREATE TABLE before AS TABLE employees', 'changes');
  await changeHrRows(url, { change: 20, remove: 7, add: 4 });
  const [row] = await postgres.query(
    `SELECT count(*) FILTER (WHERE b.employee_id IS NULL)::int AS added,
            count(*) FILTER (WHERE a.employee_id IS NULL)::int AS removed,
            count(*) FILTER (WHERE a.office <> b.office)::int AS moved,
            count(*) FILTER (WHERE a.updated_at > (SELECT max(updated_at) FROM before))::int AS later
       FROM employees a FULL JOIN before b USING (employee_id)`,
    'changes',
  );
  expect(row).toEqual({ added: 4, removed: 7, moved: 20, later: 24 });
});

test('gives one of those who changed another department, and its group in place of the old one', async () => {
  const url = await postgres.createDatabase('departments');
  await createHrTable(url, 500);
  await changeHrRows(url, { change: 3, remove: 0, add: 1 });
  await postgres.query('CREATE TABLE before AS TABLE employees', 'departments');
  await changeDepartment(url);
  const rows = await postgres.query(
    `SELECT a.updated_at > (SELECT max(updated_at) FROM before WHERE employee_id NOT IN
              (SELECT employee_id FROM before ORDER BY updated_at DESC LIMIT 4)) AS changed_today,
            a.allowed_groups[1] = b.allowed_groups[1] AND cardinality(a.allowed_groups) = 2 AS hr_stays,
            a.allowed_groups[2] <> b.allowed_groups[2] AS other_group,
            a.allowed_groups[2] = (SELECT allowed_groups[2] FROM before WHERE department = a.department LIMIT 1)
              AS group_of_department
       FROM employees a JOIN before b USING (employee_id)
      WHERE a.department <> b.department`,
    'departments',
  );
  expect(rows).toEqual([
    { changed_today: true, hr_stays: true, other_group: true, group_of_department: true },
  ]);
});
