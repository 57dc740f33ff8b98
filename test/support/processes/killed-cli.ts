import type pg from 'pg';
import type { ProductsApi } from '../../stand-ins/rest/products-api.ts';
import { eventually } from '../eventually.ts';
import { startCli, type CliOptions } from './run-cli.ts';

/**
 * Runs a command and kills its process with SIGKILL when the API receives its n-th request, which is not answered.
 * @param request from 1
 */
export async function killAtRequest(
  api: Pick<ProductsApi, 'faults'>,
  request: number,
  args: readonly string[],
  options: CliOptions,
): Promise<void> {
  let kill: () => void = () => undefined;
  for (let before = 1; before < request; before++) api.faults.push(undefined);
  api.faults.push((response) => {
    kill();
    response.destroy();
  });
  const child = startCli(args, options);
  kill = () => child.kill('SIGKILL');
  const { signal, stderr } = await child;
  if (signal !== 'SIGKILL') throw new Error(`The command ended by itself: ${stderr}`);
}

/**
 * Runs a command while another session keeps it from writing to a table, and kills its process with SIGKILL inside of the
 * transaction that waits for it.
 * @param client its database is that of the command, and has no other clients
 */
export async function killAtWriteTo(
  table: string,
  client: pg.Client,
  args: readonly string[],
  options: CliOptions,
): Promise<void> {
  await client.query(`begin; lock table ${table} in share mode`);
  const child = startCli(args, options);
  try {
    await eventually(`a transaction waits for ${table}`, async () => {
      if (child.exitCode !== null) throw new Error(`The command ended by itself: ${(await child).stderr}`);
      const { rows } = await client.query(
        'select 1 from pg_locks where not granted and relation = $1::regclass',
        [table],
      );
      return rows.length > 0;
    });
  } finally {
    child.kill('SIGKILL');
    await child;
    await client.query('rollback');
  }
  await eventually('the server notices that its client is gone', async () => {
    const { rows } = await client.query(
      'select 1 from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
    );
    return rows.length === 0;
  });
}
