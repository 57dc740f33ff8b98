import { BridgeError } from '../../core/errors.ts';
import { findVerdict, type Phase, type VerdictTable } from '../find-verdict.ts';
import { asError, codeOf, messageOf, type CertificateHints } from '../network-errors.ts';
import {
  CONNECT_TIMEOUT,
  DEFINER,
  GRANT,
  LOCKED,
  LOGIN,
  LOST,
  PASSWORD_EXPIRED,
  RAISED,
  READ_ONLY,
  TIMEOUT,
  VALUE,
  type Verdict,
} from '../verdicts.ts';

/** Where an error happened, for its message; never a password. */
export interface MysqlPlace {
  readonly host: string;
  readonly port: number;
  readonly database: string | undefined;
  readonly user: string;
  /** The secret that holds the connection string. */
  readonly secretRef: string;
}

const QUERY: Verdict = {
  code: 'SOURCE_QUERY_INVALID',
  hint: 'Correct spec.source.query; try it in the mysql client with the same user.',
};
const HOST: Verdict = {
  code: 'SOURCE_AUTH_FAILED',
  hint: 'Let this user in from this host: see `CREATE USER name@host` in the manual of the server.',
};
const FULL: Verdict = {
  code: 'SOURCE_UNREACHABLE',
  hint: 'The server is out of connections or memory; try again later.',
};
const MORE_TLS: Verdict = {
  code: 'SOURCE_TLS',
  hint: 'The server demands TLS: add ssl-mode=REQUIRED (or VERIFY_IDENTITY) to the connection string.',
};
const NO_TLS: Verdict = {
  code: 'SOURCE_TLS',
  hint: 'Turn TLS on at the server, or set ssl-mode=DISABLED if the network is trusted.',
};
const CERTIFICATE: CertificateHints = {
  untrusted:
    'Name the authority that signed it in spec.source.tls.caFile, or in ssl-ca= of the connection string.',
  otherName:
    'Use a host name that the certificate has, or ssl-mode=VERIFY_CA if any server of its authority will do.',
  client: 'Name one and its key with ssl-cert= and ssl-key= in the connection string.',
  files: 'Check the paths of the certificate files: caFile, ssl-ca, ssl-cert, ssl-key.',
};

const PLUGIN: Verdict = {
  code: 'SOURCE_AUTH_FAILED',
  hint: 'Let this user log in by a password that the driver can prove: IDENTIFIED VIA mysql_native_password (MariaDB) or IDENTIFIED WITH caching_sha2_password (MySQL), or create another user for this.',
};

const TABLE: VerdictTable = {
  rules: [
    // MariaDB says 1045 again when a view is read whose definer is gone: the login was over.
    { phase: 'query', codes: /^(?:1045|1698|1449|1356)$/, verdict: DEFINER },
    { phase: 'connect', codes: /^AUTH_SWITCH_PLUGIN_ERROR$/, words: /unknown plugin/i, verdict: PLUGIN },
    { phase: 'connect', words: /requires TLS|SSL (?:connection )?is required/i, verdict: MORE_TLS },
    { phase: 'connect', codes: /^$/, words: /timeout/i, verdict: CONNECT_TIMEOUT },
    { codes: /^$/, words: /closed state|connection (?:was |is )?(?:closed|lost)/i, verdict: LOST },
  ],
  // By the server's error number (MariaDB has MySQL's, and some of its own from 1900 on), by the driver's code, or by SQLSTATE
  // classes: 42 (syntax, unknown names), 21 and 22 (a value does not fit), 45 (SIGNAL).
  byCode: {
    1040: FULL,
    1041: FULL,
    1203: FULL,
    1226: FULL,
    // RDS Proxy and ProxySQL, which got no connection to the server in time.
    9001: FULL,
    9501: FULL,
    1129: HOST,
    1130: HOST,
    1045: LOGIN,
    1698: LOGIN,
    1820: PASSWORD_EXPIRED,
    1862: PASSWORD_EXPIRED,
    3118: { code: 'SOURCE_AUTH_FAILED', hint: 'The account is locked: ALTER USER … ACCOUNT UNLOCK.' },
    4151: { code: 'SOURCE_AUTH_FAILED', hint: 'The account is locked: ALTER USER … ACCOUNT UNLOCK.' },
    1049: { code: 'SECRET_INVALID', hint: 'Correct the name of the database in the secret.' },
    1046: {
      code: 'SECRET_INVALID',
      hint: 'Name the database in the secret, or before each table of the query.',
    },
    1044: GRANT,
    1142: GRANT,
    1143: GRANT,
    1227: GRANT,
    1370: GRANT,
    1345: GRANT,
    1205: LOCKED,
    3572: LOCKED,
    1969: TIMEOUT,
    3024: TIMEOUT,
    1053: LOST,
    1213: LOST,
    1317: LOST,
    1927: LOST,
    2013: LOST,
    1290: READ_ONLY,
    1792: READ_ONLY,
    1644: RAISED,
    3159: MORE_TLS,
    PROTOCOL_CONNECTION_LOST: LOST,
    HANDSHAKE_NO_SSL_SUPPORT: NO_TLS,
    HANDSHAKE_SSL_ERROR: { code: 'SOURCE_TLS', hint: CERTIFICATE.untrusted },
    'SQLSTATE 42': QUERY,
    'SQLSTATE 45': RAISED,
    'SQLSTATE 21': VALUE,
    'SQLSTATE 22': VALUE,
  },
  certificate: CERTIFICATE,
};

/** A driver's or the server's error in our words and with its own, and what to do about it. */
export function mysqlError(thrown: unknown, place: MysqlPlace, phase: Phase): BridgeError {
  if (thrown instanceof BridgeError) return thrown;
  const error = asError(thrown);
  const { code, hint } = findVerdict(
    TABLE,
    { error, codes: codesOf(error), fromServer: isOfServer(error) },
    phase,
  );
  const database = place.database === undefined ? '' : `/${place.database}`;
  const at = `${place.user}@${place.host}:${place.port}${database} (secret ${place.secretRef})`;
  return new BridgeError(code, `MySQL source ${at}: ${wordsOf(error)}`, { hint, cause: error });
}

/**
 * Of a syntax error, the server says the line at the end, and not of what. Of a way to log in that it does not have, the driver
 * goes on with a note of its authors.
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

/** The server's error number; 0 if the error is not the server's. */
function numberOf(error: Error): number {
  return 'errno' in error && typeof error.errno === 'number' ? error.errno : 0;
}
