import { mappedFields } from '../connector/mapped-fields.ts';
import { idFields, isSqlSource, type ConnectorSpec, type SqlSourceSpec } from '../connector/types.ts';
import { systemClock } from '../core/clock.ts';
import { BridgeError } from '../core/errors.ts';
import type { Source } from '../pipeline/ports.ts';
import type { SqlEngine } from './sql-source.ts';

type EngineFactory = (spec: SqlSourceSpec, dsn: string) => SqlEngine;

/** Each loads its driver. */
const ENGINES: Readonly<Record<string, () => Promise<EngineFactory>>> = {
  mysql: async () => (await import('./sql-mysql.ts')).mysqlEngine,
  mssql: async () => (await import('./sql-mssql.ts')).mssqlEngine,
};

/**
 * Opens a connector's source; its driver is loaded here and not before.
 * @param secret reads a secret by its ref
 * @throws BridgeError NOT_SUPPORTED for a source that this version cannot read; SECRET_*
 */
export async function openSource(spec: ConnectorSpec, secret: (ref: string) => string): Promise<Source> {
  const { mode, source } = spec;
  if (isSqlSource(source) && source.type === 'postgres') {
    const { PostgresSource } = await import('./sql-postgres.ts');
    return new PostgresSource(source, secret(source.secretRef));
  }
  if (isSqlSource(source)) {
    const engine = ENGINES[source.type];
    if (engine !== undefined) {
      const { SqlSource } = await import('./sql-source.ts');
      return new SqlSource(source, (await engine())(source, secret(source.secretRef)));
    }
  }
  if (source.type === 'file') {
    const { FileSource } = await import('./file-source.ts');
    const { aclUsersField, aclGroupsField } = spec.mapping;
    const readers = [aclUsersField, aclGroupsField].filter((name) => name !== undefined);
    const use = { fields: mappedFields(spec), vital: [...idFields(spec.mapping), ...readers] };
    return new FileSource(source, use, () => systemClock.now());
  }
  throw new BridgeError(
    'NOT_SUPPORTED',
    `This version cannot run a ${mode} connector with a ${source.type} source.`,
    {
      hint: 'It can run sql_pull from postgres, mysql and mssql, and file_pull; validate checks all the others.',
    },
  );
}
