import { createWriteStream, statSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import type { Cost } from './figures.ts';
import { measuredChild } from './measured-child.ts';
import { treeCpuSeconds } from './process-tree.ts';

/** The query of `connectors/hr-employees.yaml`, but for its layout. */
const ROWS = `SELECT employee_id, full_name, job_title, department, office, email, manager, biography, \
salary_band, hired_on, allowed_users, allowed_groups, updated_at FROM employees`;
const COPY = `(SELECT row_to_json(r) FROM (${ROWS}) AS r)`;

/** The path of psql, or undefined: then this process is the client of the floor. */
export const PSQL = (process.env['PATH'] ?? '')
  .split(delimiter)
  .map((folder) => join(folder, 'psql'))
  .find((file) => statSync(file, { throwIfNoEntry: false })?.isFile());

export interface FloorServer {
  readonly pid: number;
  url(): string;
}

/**
 * The floor that everything is compared with: the database itself turns the same rows into JSON, and a client writes the bytes to a
 * file in `folder`, which is removed.
 */
export async function measureFloor(server: FloorServer, folder: string): Promise<Cost> {
  const cwd = join(folder, 'floor');
  await mkdir(cwd, { recursive: true });
  try {
    if (PSQL === undefined) return await floorOfThisProcess(server, join(cwd, 'rows.json'));
    const args = ['--no-psqlrc', '--quiet', '--command', `\\copy ${COPY} TO 'rows.json'`, server.url()];
    return await measuredChild({ file: PSQL, args, cwd }, server.pid);
  } finally {
    await rm(cwd, { recursive: true, force: true });
  }
}

async function floorOfThisProcess(server: FloorServer, file: string): Promise<Cost> {
  const client = new pg.Client(server.url());
  await client.connect();
  try {
    const serverBefore = treeCpuSeconds(server.pid);
    const before = process.cpuUsage();
    const startedMs = performance.now();
    await pipeline(client.query(copyTo(`COPY ${COPY} TO STDOUT`)), createWriteStream(file));
    const wallSeconds = (performance.now() - startedMs) / 1_000;
    const { user, system } = process.cpuUsage(before);
    const serverCpuSeconds = treeCpuSeconds(server.pid) - serverBefore;
    return {
      wallSeconds,
      serverCpuSeconds,
      cpuSeconds: (user + system) / 1e6 + serverCpuSeconds,
      peakRssMb: 0,
    };
  } finally {
    await client.end();
  }
}
