import { BridgeError } from '../core/errors.ts';
import { LOG_LEVELS, type LogLevel } from '../core/log.ts';

/** The process's environment as the program knows it: typed, checked, and read here only. */
export interface Environment {
  /** `postgres://…`; unset means the embedded SQLite file. */
  readonly databaseUrl: string | undefined;
  readonly connectorsDir: string;
  readonly logLevel: LogLevel;
  readonly logFormat: 'json' | 'pretty' | undefined;
  /** No colours, as https://no-color.org asks. */
  readonly noColor: boolean;
  /** The value of a `SECRET_…` variable; only names with that prefix can be asked for. */
  secret(variable: string): string | undefined;
}

const LOG_FORMATS = ['json', 'pretty'] as const;

/** @throws BridgeError ENVIRONMENT_INVALID, naming the variable and what it may be. */
export function readEnvironment(env: NodeJS.ProcessEnv = process.env): Environment {
  return {
    databaseUrl: nonEmpty(env['DATABASE_URL']),
    connectorsDir: nonEmpty(env['CONNECTORS_DIR']) ?? 'connectors',
    logLevel: oneOf('LOG_LEVEL', env['LOG_LEVEL'], LOG_LEVELS) ?? 'info',
    logFormat: oneOf('LOG_FORMAT', env['LOG_FORMAT'], LOG_FORMATS),
    noColor: nonEmpty(env['NO_COLOR']) !== undefined,
    secret: (variable) => (variable.startsWith('SECRET_') ? nonEmpty(env[variable]) : undefined),
  };
}

function nonEmpty(value: string | undefined): string | undefined {
  return value === undefined || value === '' ? undefined : value;
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
