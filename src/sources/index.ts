import { isSqlSource, type ConnectorSpec } from '../connector/types.ts';
import { BridgeError } from '../core/errors.ts';
import type { Source } from '../pipeline/ports.ts';

/**
 * Opens a connector's source; its driver is loaded here and not before.
 * @param secret reads a secret by its ref
 * @throws BridgeError NOT_SUPPORTED for a source that this version cannot read; SECRET_*
 */
export async function openSource(
  { mode, source }: ConnectorSpec,
  secret: (ref: string) => string,
): Promise<Source> {
  if (isSqlSource(source) && source.type === 'postgres') {
    const { PostgresSource } = await import('./sql-postgres.ts');
    return new PostgresSource(source, secret(source.secretRef));
  }
  if (isSqlSource(source) && source.type === 'mysql') {
    const [{ SqlSource }, { mysqlEngine }] = await Promise.all([
      import('./sql-source.ts'),
      import('./sql-mysql.ts'),
    ]);
    return new SqlSource(source, mysqlEngine(source, secret(source.secretRef)));
  }
  throw new BridgeError(
    'NOT_SUPPORTED',
    `This version cannot run a ${mode} connector with a ${source.type} source.`,
    {
      hint: 'It can run sql_pull from postgres and mysql; validate checks all the others.',
    },
  );
}
