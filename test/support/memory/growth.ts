import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const CHILD = fileURLToPath(new URL('./read-wide-rows.ts', import.meta.url));

/** Reads a query in a process of its own, and tells by how much that process grew while it read. */
export async function growth(
  type: 'postgres' | 'postgres-twice' | 'mysql' | 'mssql' | 'oracle',
  url: string,
  query: string,
): Promise<{ readonly rows: number; readonly bytes: number; readonly grownMib: number }> {
  const run = promisify(execFile);
  const { stdout } = await run(process.execPath, ['--import', 'tsx', CHILD, type, url, query]);
  return JSON.parse(stdout) as Awaited<ReturnType<typeof growth>>;
}
