import { BridgeError } from '../../core/errors.ts';
import { asError, codeOf, messageOf } from '../../core/thrown.ts';
import {
  findMeaning,
  CONNECT_TIMEOUT,
  DEFINER_REFUSED,
  SELECT_NOT_GRANTED,
  ROWS_LOCKED,
  LOGIN_REFUSED,
  CONNECTION_LOST,
  PASSWORD_EXPIRED,
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
export interface MysqlPlace {
  readonly host: string;
  readonly port: number;
  readonly database: string | undefined;
  readonly user: string;
  /** The secret that contains the connection string. */
  readonly secretRef: string;
}

const QUERY: SourceErrorMeaning = {
  code: 'SOURCE_QUERY_INVALID',
  hint: 'Correct spec.source.query; try it in the mysql client with the same user.',
};
const HOST: SourceErrorMeaning = {
  code: 'SOURCE_AUTH_FAILED',
  hint: 'Let this user in from this host: see `CREATE USER name@host` in the manual of the server.',
};
const FULL: SourceErrorMeaning = {
  code: 'SOURCE_UNREACHABLE',
  hint: 'The server is out of connections or memory; try again later.',
};
const MORE_TLS: SourceErrorMeaning = {
  code: 'SOURCE_TLS',
  hint: 'The server demands TLS: add ssl-mode=REQUIRED (or VERIFY_IDENTITY) to the connection string.',
};
const NO_TLS: SourceErrorMeaning = {
  code: 'SOURCE_TLS',
  hint: 'Turn TLS on at the server, or set ssl-mode=DISABLED if the network is trusted.',
};
const CERTIFICATE: DriverHints = {
  untrusted:
    'Name the authority that signed it in spec.source.tls.caFile, or in ssl-ca= of the connection string.',
  otherName:
    'Use a host name that the certificate has, or ssl-mode=VERIFY_CA if any server of its authority will do.',
  client: 'Name one and its key with ssl-cert= and ssl-key= in the connection string.',
  files: 'Check the paths of the certificate files: caFile, ssl-ca, ssl-cert, ssl-key.',
};

const PLUGIN: SourceErrorMeaning = {
  code: 'SOURCE_AUTH_FAILED',
  hint: 'Let this user log in by a password that the driver can prove: IDENTIFIED VIA mysql_native_password (MariaDB) or IDENTIFIED WITH caching_sha2_password (MySQL), or create another user for this.',
};

const TABLE: DriverErrorTable = {
  rows: [
    // MariaDB also reports 1045 when a query reads a view whose definer was removed. The login had already succeeded.
    { phase: 'query', codes: /^(?:1045|1698|1449|1356)$/, meaning: DEFINER_REFUSED },
    { phase: 'connect', codes: /^AUTH_SWITCH_PLUGIN_ERROR$/, words: /unknown plugin/i, meaning: PLUGIN },
    { phase: 'connect', words: /requires TLS|SSL (?:connection )?is required/i, meaning: MORE_TLS },
    { phase: 'connect', codes: /^$/, words: /timeout/i, meaning: CONNECT_TIMEOUT },
    { codes: /^$/, words: /closed state|connection (?:was |is )?(?:closed|lost)/i, meaning: CONNECTION_LOST },
  ],
  // The meanings are by the server's error number (MariaDB uses MySQL's, and some of its own from 1900), by the driver's code,
  // or by SQLSTATE classes: 42 (syntax, unknown names), 21 and 22 (a value does not fit), 45 (SIGNAL).
  byCode: [
    // RDS Proxy and ProxySQL got no connection to the server in time.
    [FULL, '1040', '1041', '1203', '1226'],
    // RDS Proxy and ProxySQL got no connection to the server in time.
    [FULL, '9001', '9501'],
    [HOST, '1129', '1130'],
    [LOGIN_REFUSED, '1045', '1698'],
    [PASSWORD_EXPIRED, '1820', '1862'],
    [
      { code: 'SOURCE_AUTH_FAILED', hint: 'The account is locked: ALTER USER … ACCOUNT UNLOCK.' },
      '3118',
      '4151',
    ],
    [{ code: 'SECRET_INVALID', hint: 'Correct the name of the database in the secret.' }, '1049'],
    [
      {
        code: 'SECRET_INVALID',
        hint: 'Name the database in the secret, or before each table of the query.',
      },
      '1046',
    ],
    [SELECT_NOT_GRANTED, '1044', '1142', '1143', '1227', '1370', '1345'],
    [ROWS_LOCKED, '1205', '3572'],
    [STATEMENT_TIMEOUT, '1969', '3024'],
    [CONNECTION_LOST, '1053', '1213', '1317', '1927', '2013', 'PROTOCOL_CONNECTION_LOST'],
    [WRITE_REFUSED, '1290', '1792'],
    [RAISED_BY_DATABASE, '1644', 'SQLSTATE 45'],
    [MORE_TLS, '3159'],
    [NO_TLS, 'HANDSHAKE_NO_SSL_SUPPORT'],
    [{ code: 'SOURCE_TLS', hint: CERTIFICATE.untrusted }, 'HANDSHAKE_SSL_ERROR'],
    [QUERY, 'SQLSTATE 42'],
    [VALUE_REFUSED, 'SQLSTATE 21', 'SQLSTATE 22'],
  ],
  hints: CERTIFICATE,
};

/** Translates an error of the driver or the server: our message with the original one, and the instruction. */
export function mysqlError(thrown: unknown, place: MysqlPlace, phase: SessionPhase): BridgeError {
  if (thrown instanceof BridgeError) return thrown;
  const error = asError(thrown);
  const { code, hint } = findMeaning(
    TABLE,
    { error, codes: codesOf(error), fromServer: isOfServer(error) },
    phase,
  );
  const database = place.database === undefined ? '' : `/${place.database}`;
  const at = `${place.user}@${place.host}:${place.port}${database} (secret ${place.secretRef})`;
  return new BridgeError(code, `MySQL source ${at}: ${wordsOf(error)}`, { hint, cause: error });
}

/**
 * For a syntax error, the server names the line at the end of the message, without context. For a login method that the driver
 * does not support, the driver adds a note of its authors.
 */
function wordsOf(error: Error): string {
  return messageOf(error)
    .replace(/ at line (\d+)$/, ' (query line $1)')
    .replace(
      /^Server requests authentication using unknown plugin (\S+?)\. .*$/s,
      'The server asks for a login by $1, which is not supported',
    );
}

/** The number, the code of the driver, and the class of the SQLSTATE. */
function codesOf(error: Error): string[] {
  const state = 'sqlState' in error && typeof error.sqlState === 'string' ? error.sqlState : '';
  const number = numberOf(error);
  return [
    number > 0 ? String(number) : codeOf(error),
    ...(state === '' ? [] : [`SQLSTATE ${state.slice(0, 2)}`]),
  ];
}

function isOfServer(error: Error): boolean {
  return numberOf(error) > 0 && 'sqlState' in error;
}

/** The server's error number; 0 if the error is from elsewhere. */
function numberOf(error: Error): number {
  return 'errno' in error && typeof error.errno === 'number' ? error.errno : 0;
}
