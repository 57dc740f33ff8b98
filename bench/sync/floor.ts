import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';

/** The query of `connectors/hr-employees.yaml`, but for its layout. */
const ROWS = `SELECT employee_id, full_name, job_title, department, office, email, manager, biography,
  salary_band, hired_on, allowed_users, allowed_groups, updated_at FROM employees`;

/**
 * The floor that everything is compared with: the database itself turns the same rows into JSON, and the bytes go to a file.
 * @returns seconds
 */
export async function measureFloor(sourceUrl: string, file: string): Promise<number> {
  const client = new pg.Client(sourceUrl);
  await client.connect();
  try {
    const startedMs = performance.now();
    await pipeline(
      client.query(copyTo(`COPY (SELECT row_to_json(r) FROM (${ROWS}) AS r) TO STDOUT`)),
      createWriteStream(file),
    );
    return (performance.now() - startedMs) / 1_000;
  } finally {
    await client.end();
    await rm(file, { force: true });
  }
}
