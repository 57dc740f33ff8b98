import { mappedFields, optionalFields } from '../definitions/connector/mapped-fields.ts';
import {
  idFields,
  isSqlSource,
  type ConnectorSpec,
  type SqlSourceSpec,
} from '../definitions/connector/types.ts';
import { BridgeError } from '../core/errors.ts';
import { FIELDS_IN_NO_ROW } from './fields-never-there.ts';
import type { HttpSurroundings } from './http/source.ts';
import type { CountOlder, ReadPushed } from './push/source.ts';
import type { OpenedSource } from './opened-source.ts';
import { sqlServers } from './sql-servers.ts';
import type { SqlEngine } from './sql/engine.ts';

/** @param oracleClientLibDir the folder from the operator's environment; only Oracle's engine uses it */
type EngineFactory = (spec: SqlSourceSpec, dsn: string, oracleClientLibDir?: string) => SqlEngine;

export interface SourceSurroundings extends HttpSurroundings {
  /** Starts to read pushed events. */
  readonly pushed: ReadPushed;
  readonly olderEvents?: CountOlder;
  /** The folder of the Oracle Client libraries, from the operator's environment; if undefined, the system finds them. */
  readonly oracleClientLibDir: string | undefined;
}

/** Each entry loads its driver. */
const ENGINES: Readonly<Record<Exclude<SqlSourceSpec['type'], 'postgres'>, () => Promise<EngineFactory>>> = {
  mysql: async () => (await import('./mysql/engine.ts')).mysqlEngine,
  mssql: async () => (await import('./mssql/engine.ts')).mssqlEngine,
  oracle: async () => (await import('./oracle/engine.ts')).oracleEngine,
};

/**
 * Opens a connector's source. The driver is loaded only here.
 * @param secret reads a secret by its ref
 * @param surroundings the environment for sources that use HTTP, and the queue of pushed documents
 * @throws BridgeError NOT_SUPPORTED for a source that this version cannot read; SECRET_*; POLICY_REFUSED
 */
export async function openSource(
  spec: ConnectorSpec,
  secret: (ref: string) => string,
  surroundings: SourceSurroundings,
): Promise<OpenedSource> {
  const { mode, source } = spec;
  if (isSqlSource(source)) {
    return openSqlSource(source, secret(source.secretRef), idFields(spec.mapping), surroundings);
  }
  if (source.type === 'http' && mode === 'rest_pull') {
    const { HttpSource } = await import('./http/source.ts');
    const ids = idFields(spec.mapping);
    return new HttpSource(source, mappedFields(spec), ids, secret, surroundings, optionalFields(spec));
  }
  if (mode === 'rest_push') {
    const { PushSource } = await import('./push/source.ts');
    return new PushSource(surroundings.pushed, surroundings.olderEvents);
  }
  if (source.type === 'file') {
    const { FileSource } = await import('./file/source.ts');
    const { aclUsersField, aclGroupsField } = spec.mapping;
    const readers = [aclUsersField, aclGroupsField].filter((name) => name !== undefined);
    const use = {
      fields: mappedFields(spec),
      vital: [...idFields(spec.mapping), ...readers],
      optional: optionalFields(spec),
      warnMissing: (fields: readonly string[]) => {
        surroundings.log.warn(FIELDS_IN_NO_ROW, { fields });
      },
    };
    const context = { now: () => surroundings.clock.now(), permit: surroundings.permit };
    return new FileSource(source, use, context, surroundings.log);
  }
  throw new BridgeError(
    'NOT_SUPPORTED',
    `This version cannot run a ${mode} connector with a ${source.type} source.`,
    {
      hint: 'Validate names the modes and sources that go together.',
    },
  );
}

async function openSqlSource(
  source: SqlSourceSpec,
  dsn: string,
  ids: readonly string[],
  { permit, oracleClientLibDir, clock }: SourceSurroundings,
): Promise<OpenedSource> {
  for (const server of sqlServers(source, dsn)) permit.server(server, [source.secretRef]);
  if (source.type === 'postgres') {
    const { PostgresSource } = await import('./postgres/source.ts');
    return new PostgresSource(source, dsn, ids, clock);
  }
  const { SqlSource } = await import('./sql/source.ts');
  const engine = await ENGINES[source.type]();
  return new SqlSource(source, engine(source, dsn, oracleClientLibDir), clock);
}
