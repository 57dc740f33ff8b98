import pg from 'pg';
import {
  BEGINNINGS,
  DEPARTMENTS,
  FAMILY_NAMES,
  GIVEN_NAMES,
  OFFICES,
  OUTLOOK,
  SALARY_BANDS,
  SKILLS,
  WORK,
} from './hr-words.ts';

const DEPARTMENT_NAMES = DEPARTMENTS.map(([name]) => name);
const DEPARTMENT_GROUPS = DEPARTMENTS.map(([, group]) => `${group}@example.com`);

export interface HrChanges {
  /** Employees who move to another office. */
  readonly change: number;
  /** Employees who leave; never one of those who move. */
  readonly remove: number;
  /** Employees who join. */
  readonly add: number;
}

/**
 * Creates the table `employees` that `connectors/hr-employees.yaml` reads, with `rows` rows of about 600 bytes.
 * The same number gives the same rows. The database makes them itself, a million in some seconds.
 */
export async function createHrTable(url: string, rows: number): Promise<void> {
  await withClient(url, async (client) => {
    await client.query(`
      BEGIN;
      DROP TABLE IF EXISTS employees;
      CREATE TABLE employees AS ${employeesBetween('1', String(rows))};
      ALTER TABLE employees ADD PRIMARY KEY (employee_id);
      COMMIT;
    `);
    await client.query('VACUUM (ANALYZE) employees');
  });
}

/** Changes the table as a working day would, in one transaction. The same table and numbers give the same changes. */
export async function changeHrRows(url: string, { change, remove, add }: HrChanges): Promise<void> {
  const shuffled = 'SELECT employee_id FROM employees ORDER BY hashint8extended(employee_id, 0)';
  await withClient(url, async (client) => {
    await client.query(`
      BEGIN;
      CREATE TEMPORARY TABLE today ON COMMIT DROP AS
        SELECT max(updated_at) + interval '1 day' AS time, max(employee_id) AS newest FROM employees;
      DELETE FROM employees WHERE employee_id IN (${shuffled} DESC LIMIT ${remove});
      UPDATE employees SET
        office = (${array(OFFICES)})[1 + array_position(${array(OFFICES)}, office) % ${OFFICES.length}],
        updated_at = today.time + employee_id % 1000000 * interval '1 microsecond'
      FROM today
      WHERE employee_id IN (${shuffled} LIMIT ${change});
      INSERT INTO employees ${employeesBetween(
        '(SELECT newest + 1 FROM today)',
        `(SELECT newest + ${add} FROM today)`,
      )};
      UPDATE employees SET updated_at = today.time + employee_id % 1000000 * interval '1 microsecond'
      FROM today
      WHERE employee_id > today.newest;
      COMMIT;
    `);
  });
}

/** The one who changed last, of all but the newest employee, goes to the next department, so another group may read. */
export async function changeDepartment(url: string): Promise<void> {
  const next = `1 + array_position(${array(DEPARTMENT_NAMES)}, department) % ${DEPARTMENTS.length}`;
  await withClient(url, async (client) => {
    await client.query(`
      UPDATE employees SET
        department = (${array(DEPARTMENT_NAMES)})[${next}],
        allowed_groups[2] = (${array(DEPARTMENT_GROUPS)})[${next}]
      WHERE employee_id = (
        SELECT employee_id FROM employees
        WHERE employee_id < (SELECT max(employee_id) FROM employees) ORDER BY updated_at DESC LIMIT 1
      )`);
  });
}

/** Such as `18.4`. */
export async function serverVersion(url: string): Promise<string> {
  return await withClient(url, async (client) => {
    const { rows } = await client.query<{ server_version: string }>('SHOW server_version');
    return rows[0]?.server_version ?? '';
  });
}

async function withClient<T>(url: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

const array = (texts: readonly string[]): string =>
  `ARRAY[${texts.map((text) => pg.escapeLiteral(text)).join(', ')}]`;

/** A number from 0 to `below` - 1, always the same for one `id` and `salt`. */
const chosen = (id: string, salt: number, below: number): string =>
  `((hashint8extended(${id}, ${salt}) & 1073741823) % ${below})::int`;

const oneOf = (texts: readonly string[], id: string, salt: number): string =>
  `(${array(texts)})[1 + ${chosen(id, salt, texts.length)}]`;

const GIVEN = { salt: 1, names: GIVEN_NAMES };
const FAMILY = { salt: 2, names: FAMILY_NAMES };

const given = (id: string): string =>
  oneOf(
    GIVEN.names.map(([name]) => name),
    id,
    GIVEN.salt,
  );

const fullName = (id: string): string =>
  `${given(id)} || ' ' || ${oneOf(
    FAMILY.names.map(([name]) => name),
    id,
    FAMILY.salt,
  )}`;

const email = (id: string): string => {
  const first = oneOf(
    GIVEN.names.map(([, spelling]) => spelling),
    id,
    GIVEN.salt,
  );
  const last = oneOf(
    FAMILY.names.map(([, spelling]) => spelling),
    id,
    FAMILY.salt,
  );
  return `${first} || '.' || ${last} || '.' || ${id} || '@example.com'`;
};

/** Twelve people report to one; their number is what theirs have in common. The first one reports to nobody else, so to themselves. */
const MANAGER_ID = 'greatest(id / 12, 1)';

function employeesBetween(first: string, last: string): string {
  const titlesEach = DEPARTMENTS[0][2].length;
  const titles = DEPARTMENTS.flatMap(([, , names]) => [...names]);
  return `
    SELECT
      id AS employee_id,
      ${fullName('id')} AS full_name,
      (${array(titles)})[1 + department * ${titlesEach} + ${chosen('id', 3, titlesEach)}] AS job_title,
      (${array(DEPARTMENT_NAMES)})[1 + department] AS department,
      ${oneOf(OFFICES, 'id', 4)} AS office,
      ${email('id')} AS email,
      ${fullName('manager_id')} AS manager,
      ${given('id')} || ' ' || ${oneOf(BEGINNINGS, 'id', 5)} || E'\\n' || ${oneOf(WORK, 'id', 6)}
        || ' ' || ${oneOf(SKILLS, 'id', 12)} || ' ' || ${oneOf(OUTLOOK, 'id', 7)} AS biography,
      ${oneOf(SALARY_BANDS, 'id', 8)} AS salary_band,
      date '2004-01-01' + ${chosen('id', 9, 7_900)} AS hired_on,
      ARRAY[${email('id')}, ${email('manager_id')}] AS allowed_users,
      ARRAY['hr@example.com', (${array(DEPARTMENT_GROUPS)})[1 + department]] AS allowed_groups,
      timestamptz '2026-01-01 00:00:00+00'
        + (hashint8extended(id, 10) & 17592186044415) % 20000000000000 * interval '1 microsecond' AS updated_at
    FROM (
      SELECT id, ${MANAGER_ID} AS manager_id, ${chosen('(id / 144)', 11, DEPARTMENTS.length)} AS department
      FROM generate_series((${first})::bigint, (${last})::bigint) AS id
    ) AS person`;
}
