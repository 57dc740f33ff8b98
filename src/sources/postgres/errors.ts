import { BridgeError } from '../../core/errors.ts';
import { poolerFault } from '../../net/postgres/pooler-fault.ts';
import { MEANING_BY_POOLER_FAULT, TLS_REQUIRED } from './pooler-error-meanings.ts';
import { asError, codeOf, messageOf } from '../../core/thrown.ts';
import {
  findMeaning,
  CONNECT_TIMEOUT,
  SELECT_NOT_GRANTED,
  LINKED_SERVER_REFUSED,
  ROWS_LOCKED,
  LOGIN_REFUSED,
  CONNECTION_LOST,
  RAISED_BY_DATABASE,
  WRITE_REFUSED,
  STATEMENT_TIMEOUT,
  VALUE_REFUSED,
  type DriverErrorTable,
  type DriverHints,
  type SessionPhase,
  type SourceErrorMeaning,
} from '../driver-errors.ts';

/** The location of an error, for its message; it never includes a password. */
export interface PostgresPlace {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  /** The secret that contains the connection string. */
  readonly secretRef: string;
}

const QUERY: SourceErrorMeaning = {
  code: 'SOURCE_QUERY_INVALID',
  hint: 'Correct spec.source.query; try it in psql with the same user.',
};
const CERTIFICATE: DriverHints = {
  untrusted:
    'Name the authority that signed it in spec.source.tls.caFile, or in sslrootcert= of the connection string.',
  otherName:
    'Use a host name that the certificate has, or sslmode=verify-ca if any server of its authority will do.',
  client: 'Name one and its key with sslcert= and sslkey= in the connection string.',
  files: 'Check the paths of the certificate files: caFile, sslrootcert, sslcert, sslkey.',
};
const NO_POSTGRES: SourceErrorMeaning = {
  code: 'SOURCE_TLS',
  hint: 'Check host and port in the secret: does a Postgres server answer there, with nothing in between?',
};

const HIDDEN_ROWS: SourceErrorMeaning = {
  code: 'SOURCE_PERMISSION',
  hint: 'A hidden row would count as deleted. Let the user see all rows (ALTER ROLE … BYPASSRLS), or set spec.source.rowLevelSecurity: allow if the rows that it may see are the whole listing.',
};

const BUSY: SourceErrorMeaning = {
  code: 'SOURCE_UNREACHABLE',
  hint: 'The server is out of connections or memory; try again later.',
};
function access(code: 'SOURCE_AUTH_FAILED' | 'SOURCE_PERMISSION', hint: string): SourceErrorMeaning {
  return { code, hint };
}

const TABLE: DriverErrorTable = {
  rows: [
    { phase: 'connect', words: /no encryption|SSL off/i, meaning: TLS_REQUIRED },
    { phase: 'connect', words: /before the TLS handshake/, meaning: NO_POSTGRES },
    {
      phase: 'connect',
      words: /does not support SSL/i,
      meaning: {
        code: 'SOURCE_TLS',
        hint: 'Turn TLS on at the server, or set sslmode=disable if the network is trusted.',
      },
    },
    {
      phase: 'connect',
      words: /does not offer channel binding/,
      meaning: {
        code: 'SOURCE_TLS',
        hint: 'Let the server check the password by scram-sha-256 over TLS, with no pooler in between that ends TLS; or remove channel_binding=require, and set sslmode=verify-full.',
      },
    },
    {
      phase: 'connect',
      codes: /^28000$/,
      words: /not permitted to log in/i,
      meaning: access('SOURCE_AUTH_FAILED', 'Let the role log in: ALTER ROLE … LOGIN.'),
    },
    {
      phase: 'connect',
      codes: /^28000$/,
      words: /role "?[^\s"]*"? does not exist/i,
      meaning: access(
        'SOURCE_AUTH_FAILED',
        'Correct the user in the secret, or create it: CREATE ROLE … LOGIN.',
      ),
    },
    {
      phase: 'connect',
      codes: /^42501$/,
      words: /permission denied for database/i,
      meaning: access('SOURCE_PERMISSION', 'Let this user connect: GRANT CONNECT ON DATABASE … TO ….'),
    },
    {
      phase: 'connect',
      codes: /^55000$/,
      words: /not currently accepting connections/i,
      meaning: {
        code: 'SECRET_INVALID',
        hint: 'Let connections in with ALTER DATABASE … ALLOW_CONNECTIONS true, or name another database in the secret.',
      },
    },
    {
      phase: 'connect',
      codes: /^$/,
      words: /client password must be/i,
      meaning: access('SOURCE_AUTH_FAILED', 'The server asks for a password: put one into the secret.'),
    },
    { phase: 'connect', codes: /^$/, words: /timeout/i, meaning: CONNECT_TIMEOUT },
    { codes: /^$/, words: /terminated|closed|ended|not queryable/i, meaning: CONNECTION_LOST },
    { codes: /^42501$/, words: /row-level security/, meaning: HIDDEN_ROWS },
    {
      codes: /^42501$/,
      words: /permission denied for schema/i,
      meaning: access(
        'SOURCE_PERMISSION',
        'Grant this user USAGE on the schema, and SELECT on what the query reads.',
      ),
    },
    {
      codes: /^42501$/,
      words: /permission denied for (?:function|procedure|routine)/i,
      meaning: access('SOURCE_PERMISSION', 'Grant this user EXECUTE on the function that the query calls.'),
    },
    // An administrator cancelled the query; a timeout has the same code.
    { codes: /^57014$/, words: /user request/, meaning: CONNECTION_LOST },
    // The login had already succeeded: another server, used by a foreign table or dblink, refused the login.
    { phase: 'query', codes: /^(?:28...|08001|HV00N)$/, meaning: LINKED_SERVER_REFUSED },
  ],
  // The meanings are by SQLSTATE or its class (two characters); see appendix A of the PostgreSQL manual.
  byCode: [
    [LOGIN_REFUSED, '28P01'],
    [
      {
        code: 'SOURCE_AUTH_FAILED',
        hint: 'Let this user in from here, in the pg_hba.conf of the server.',
      },
      '28000',
    ],
    [{ code: 'SECRET_INVALID', hint: 'Correct the name of the database in the secret.' }, '3D000'],
    [SELECT_NOT_GRANTED, '42501'],
    [QUERY, '42'],
    [WRITE_REFUSED, '25006'],
    [VALUE_REFUSED, '22'],
    [ended('idle_in_transaction_session_timeout'), '25P03'],
    [ended('transaction_timeout'), '25P04'],
    [ROWS_LOCKED, '55P03'],
    [STATEMENT_TIMEOUT, '57014'],
    [CONNECTION_LOST, '57', '08', '40'],
    [BUSY, '53'],
    [RAISED_BY_DATABASE, 'P0'],
  ],
  hints: CERTIFICATE,
};

function ended(setting: string): SourceErrorMeaning {
  return {
    code: 'SOURCE_TIMEOUT',
    hint: `The ${setting} of the server, the database or the user ended the transaction. Raise it for this user: ALTER ROLE … SET ${setting} = 0.`,
  };
}

/**
 * Translates an error of the driver or the server: our message with the original one, and the instruction.
 * @param query the query that was sent, for the position of its error
 */
export function postgresError(
  thrown: unknown,
  place: PostgresPlace,
  phase: SessionPhase,
  query?: string,
): BridgeError {
  if (thrown instanceof BridgeError) return thrown;
  const error = asError(thrown);
  const { code, hint } = meaningOf(error, phase);
  const at = `${place.user}@${place.host}:${place.port}/${place.database} (secret ${place.secretRef})`;
  const where = query === undefined ? '' : positionIn(query, error);
  return new BridgeError(code, `Postgres source ${at}: ${wordsOf(error)}${where}`, { hint, cause: error });
}

/** The message includes the database's own hint, which often names the intended column. */
function wordsOf(error: Error): string {
  const hint = 'hint' in error && typeof error.hint === 'string' ? ` ${error.hint}` : '';
  return `${messageOf(error)}${hint === '' ? '' : '.'}${hint}`;
}

function meaningOf(error: Error, phase: SessionPhase): SourceErrorMeaning {
  const code = codeOf(error);
  const fromServer = /^[0-9A-Z]{5}$/.test(code) && !/^E[A-Z]{4}$/.test(code);
  const fault = poolerFault(code, error.message, phase === 'connect');
  if (fromServer && fault !== undefined && !isLogin(code)) return MEANING_BY_POOLER_FAULT[fault.kind];
  return findMeaning(
    TABLE,
    { error, codes: fromServer ? [code, code.slice(0, 2)] : [code], fromServer },
    phase,
  );
}

/** Whether the server itself refused the login. Its code is more precise than the message of a pooler. */
function isLogin(code: string): boolean {
  return code === '28P01' || code === '3D000';
}

/** The position as text: ` (query line 2, column 8: …)`. The server counts code points. */
function positionIn(query: string, error: Error): string {
  const characters = Array.from(query);
  const position = 'position' in error ? Number(error.position) : Number.NaN;
  if (!Number.isInteger(position) || position < 1 || position > characters.length + 1) return '';
  const before = characters
    .slice(0, position - 1)
    .join('')
    .split('\n');
  const line = query.split('\n')[before.length - 1] ?? '';
  const column = Array.from(before.at(-1) ?? '').length + 1;
  return ` (query line ${before.length}, column ${column}: ${line.trim()})`;
}
