import { parseEndpoint, type Endpoint } from '../../core/endpoint.ts';
import { BridgeError } from '../../core/errors.ts';
import { RETRY_ATTEMPTS_DEFAULT, RETRY_ATTEMPTS_MAX, RETRY_BACKOFF_SECONDS_DEFAULT } from '../limits.ts';
import { RETRY_BACKOFF_SECONDS_MAX } from '../../core/limits.ts';
import { readAuditRetention } from './server/audit.ts';
import { similarVariable, type SecretVariables } from '../../definitions/connector/secrets/secrets.ts';
import { readManagedKeys } from './managed-keys.ts';
import { readEmbeddings, type EmbeddingSettings } from './embeddings.ts';
import { readGithub } from './server/github.ts';
import { openRedactor } from './redactor.ts';
import { misspelledVariables } from './misspelled-variables.ts';
import { readPreviewReach, type PreviewReach } from './server/previews.ts';
import { previewVariables, runVariables } from './run-variables.ts';
import { readPublicUrl } from './server/public-url.ts';
import { readStudioPaths, type StudioPaths } from './server/studio-paths.ts';
import { readServerAccess, type ServerAccess } from './server/server-access.ts';
import { readSyncEndpoint, type SyncEndpoint } from './sync.ts';
import { LOG_LEVELS, type LogLevel } from '../../core/log.ts';
import type { Redactor } from '../../core/secrets/redact.ts';
import type { RunKind } from '../../pipeline/ports/state-port.ts';
import type { GithubSettings } from '../../studio/github/settings.ts';
import type { TelemetrySettings } from '../../telemetry/settings.ts';
import { runLinks, telemetrySettings } from './telemetry.ts';

/**
 * The process's environment, typed and validated; no other code reads it. Secrets that are read are added to `redactor`. Variables that only some commands need are checked
 * in methods, so that an invalid one stops only these commands.
 */
export interface Environment extends SecretVariables {
  /** `postgres://…`; unset means the embedded SQLite file. */
  readonly databaseUrl: string | undefined;
  readonly connectorsDir: string;
  /** `POLICY_FILE`: what connectors may use; undefined means that they are not restricted. */
  readonly policyFile: string | undefined;
  /** `ORACLE_CLIENT_LIB_DIR`: folder of the Oracle Client libraries for `thick: true`; undefined: the system locates them. */
  readonly oracleClientLibDir: string | undefined;
  /** `ROW_KERNEL`: whether rows are processed a batch at a time in WebAssembly; otherwise one by one, with the same result. */
  readonly rowKernel: boolean;
  readonly logLevel: LogLevel;
  readonly logFormat: (typeof LOG_FORMATS)[number] | undefined;
  /** Disables colours, see https://no-color.org. */
  readonly noColor: boolean;
  /** `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY`, for sources; the lower-case spelling takes precedence. */
  readonly proxy: {
    readonly http: string | undefined;
    readonly https: string | undefined;
    readonly except: string | undefined;
  };
  /** Knows every secret of the environment, valid or not; a `SECRET_…` variable only after it is read. */
  readonly redactor: Redactor;
  /** `GCS_ENDPOINT` and `DISCOVERY_ENGINE_ENDPOINT` replace Google's. @throws BridgeError ENVIRONMENT_INVALID */
  endpoints(): Readonly<Record<'gcs' | 'discoveryEngine', Endpoint | undefined>>;
  /** `GEMINI_INGESTION_DRY_RUN`: requests are written to files and not sent. @throws BridgeError ENVIRONMENT_INVALID */
  ingestionDryRun(): boolean;
  /** `MAX_RETRIES` and `RETRY_BACKOFF_SECONDS` apply to each request to a service. @throws BridgeError ENVIRONMENT_INVALID */
  retry(): { readonly retries: number; readonly backoffSeconds: number };
  /** `OPENAI_API_KEY` and `OPENAI_BASE_URL`, for knowledge sources. @throws BridgeError ENVIRONMENT_INVALID */
  embeddings(): EmbeddingSettings;
  /** The repository of connectors and the credentials for it; undefined without credentials. @throws BridgeError ENVIRONMENT_INVALID */
  github(): GithubSettings | undefined;
  /** Where the files of connectors are in their repository. @throws BridgeError ENVIRONMENT_INVALID */
  studioPaths(): StudioPaths;
  /** The settings of Splunk, Teams and OpenTelemetry. @throws BridgeError ENVIRONMENT_INVALID */
  telemetry(): TelemetrySettings;
  /** Links to a run in other systems, by the name of the system. @throws BridgeError ENVIRONMENT_INVALID */
  runLinks(): ReturnType<typeof runLinks>;
  /** `PUBLIC_URL`: the origin under which others reach the server. @throws BridgeError ENVIRONMENT_INVALID */
  publicUrl(): string | undefined;
  /** Who may use the server, according to the environment. @throws BridgeError ENVIRONMENT_INVALID */
  access(): ServerAccess;
  /** `AUDIT_RETENTION_DAYS`. @throws BridgeError ENVIRONMENT_INVALID */
  auditRetentionDays(): number;
  /** What the previews of Studio may reach. @throws BridgeError ENVIRONMENT_INVALID */
  previewReach(): PreviewReach;
  /** The variables for the process of a preview. */
  forPreview(): Record<string, string>;
  /** The settings of the sync endpoint. @throws BridgeError ENVIRONMENT_INVALID */
  syncEndpoint(): SyncEndpoint;
  /** Variables that are set and that no command reads, each with the similar variable that was probably meant. */
  misspelled(): ReturnType<typeof misspelledVariables>;
  /**
   * The variables for a child process that runs one definition.
   * @param secretVariables the `SECRET_…` variables that it needs
   * @param kind the kind of the definition; `connector` by default
   */
  forRun(secretVariables: readonly string[], kind?: RunKind): Record<string, string>;
}

const LOG_FORMATS = ['json', 'pretty', 'kestra'] as const;

/** @throws BridgeError ENVIRONMENT_INVALID for LOG_LEVEL and LOG_FORMAT, which all commands share; it lists the allowed values */
export function readEnvironment(env: NodeJS.ProcessEnv = process.env): Environment {
  const databaseUrl = nonEmpty(env['DATABASE_URL']);
  const proxy = {
    http: eitherCase('HTTP_PROXY', env),
    https: eitherCase('HTTPS_PROXY', env),
    except: eitherCase('NO_PROXY', env),
  };
  const redactor = openRedactor(env, { databaseUrl, proxy });
  return {
    databaseUrl,
    connectorsDir: nonEmpty(env['CONNECTORS_DIR']) ?? 'connectors',
    policyFile: nonEmpty(env['POLICY_FILE']),
    oracleClientLibDir: nonEmpty(env['ORACLE_CLIENT_LIB_DIR']),
    rowKernel: oneOf('ROW_KERNEL', env['ROW_KERNEL'], ['on', 'off']) !== 'off',
    logLevel: oneOf('LOG_LEVEL', env['LOG_LEVEL'], LOG_LEVELS) ?? 'info',
    logFormat: oneOf('LOG_FORMAT', env['LOG_FORMAT'], LOG_FORMATS),
    noColor: nonEmpty(env['NO_COLOR']) !== undefined,
    proxy,
    redactor,
    endpoints: () => ({
      gcs: endpoint('GCS_ENDPOINT', env),
      discoveryEngine: endpoint('DISCOVERY_ENGINE_ENDPOINT', env),
    }),
    ingestionDryRun: () => onOrOff('GEMINI_INGESTION_DRY_RUN', env['GEMINI_INGESTION_DRY_RUN']),
    retry: () => ({
      retries: number('MAX_RETRIES', env, RETRY_ATTEMPTS_DEFAULT, RETRY_ATTEMPTS_MAX),
      backoffSeconds: number(
        'RETRY_BACKOFF_SECONDS',
        env,
        RETRY_BACKOFF_SECONDS_DEFAULT,
        RETRY_BACKOFF_SECONDS_MAX,
      ),
    }),
    embeddings: () => readEmbeddings(env),
    github() {
      const settings = readGithub(env, proxy);
      if (settings?.credentials.kind === 'app') redactor.add(settings.credentials.privateKey);
      return settings;
    },
    studioPaths: () => readStudioPaths(env),
    telemetry: () => telemetrySettings(env),
    runLinks: () => runLinks(env),
    publicUrl: () => readPublicUrl(env['PUBLIC_URL']),
    access: () => readServerAccess(env),
    auditRetentionDays: () => readAuditRetention(env),
    syncEndpoint: () => readSyncEndpoint(env),
    previewReach: () => readPreviewReach(env),
    forPreview: () => previewVariables(env),
    secret(variable) {
      const value = variable.startsWith('SECRET_') ? nonEmpty(env[variable]) : undefined;
      if (value !== undefined) redactor.add(value);
      return value;
    },
    misspelled: () => misspelledVariables(namesSet(env)),
    similarSecret: (variable) => similarVariable(variable, namesSet(env)),
    managedKeys: remembered(() => readManagedKeys(env, redactor)),
    hideSecret: (value) => {
      if (value !== '') redactor.add(value);
    },
    forRun: (secretVariables, kind) => runVariables(env, secretVariables, kind),
  };
}

/** Reads once; an error is thrown again each time. */
function remembered<T>(read: () => T): () => T {
  let known: { readonly value: T } | undefined;
  return () => (known ??= { value: read() }).value;
}

/** The part of the environment that has secrets. */
export function secretVariablesOf({
  secret,
  similarSecret,
  managedKeys,
  hideSecret,
}: Environment): SecretVariables {
  return { secret, similarSecret, managedKeys, hideSecret };
}

function namesSet(env: NodeJS.ProcessEnv): string[] {
  return Object.keys(env).filter((name) => nonEmpty(env[name]) !== undefined);
}

function nonEmpty(value: string | undefined): string | undefined {
  return value === undefined || value === '' ? undefined : value;
}

function eitherCase(name: string, env: NodeJS.ProcessEnv): string | undefined {
  return nonEmpty(env[name.toLowerCase()]) ?? nonEmpty(env[name]);
}

function endpoint(name: string, env: NodeJS.ProcessEnv): Endpoint | undefined {
  const value = nonEmpty(env[name]);
  return value === undefined ? undefined : parseEndpoint(name, value);
}

function onOrOff(name: string, value: string | undefined): boolean {
  return (
    oneOf(name, value, ['true', 'false', '1', '0', 'yes', 'no']) !== undefined &&
    /^(true|1|yes)$/i.test(value ?? '')
  );
}

function number(name: string, env: NodeJS.ProcessEnv, byDefault: number, most: number): number {
  const text = nonEmpty(env[name]);
  if (text === undefined) return byDefault;
  const value = Number(text);
  if (/^\d+(\.\d+)?$/.test(text) && value <= most) return value;
  throw new BridgeError(
    'ENVIRONMENT_INVALID',
    `${name} is ${JSON.stringify(text)}; it may be a number from 0 to ${most}.`,
  );
}

function oneOf<const T extends string>(
  name: string,
  value: string | undefined,
  allowed: readonly T[],
): T | undefined {
  if (value === undefined || value === '') return undefined;
  const found = allowed.find((candidate) => candidate === value.toLowerCase());
  if (found !== undefined) return found;
  throw new BridgeError(
    'ENVIRONMENT_INVALID',
    `${name} is ${JSON.stringify(value)}; it may be ${allowed.join(', ')}.`,
  );
}
