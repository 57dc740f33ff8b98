import { BridgeError } from '../../core/errors.ts';
import {
  asError,
  certificateVerdict,
  codeOf,
  messageOf,
  networkVerdict,
  type CertificateHints,
} from '../network-errors.ts';
import {
  LOST,
  TIMEOUT,
  CONNECT_TIMEOUT,
  LOGIN,
  PASSWORD_EXPIRED,
  GRANT,
  READ_ONLY,
  VALUE,
  OTHER,
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

/** By the server's error number; MariaDB has MySQL's, and some of its own from 1900 on. */
const BY_NUMBER: Readonly<Record<number, Verdict>> = {
  1040: FULL,
  1041: FULL,
  1203: FULL,
  1226: FULL,
  1129: HOST,
  1130: HOST,
  1045: LOGIN,
  1698: LOGIN,
  1820: PASSWORD_EXPIRED,
  1862: PASSWORD_EXPIRED,
  3118: { code: 'SOURCE_AUTH_FAILED', hint: 'The account is locked: ALTER USER … ACCOUNT UNLOCK.' },
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
  1205: TIMEOUT,
  1969: TIMEOUT,
  3024: TIMEOUT,
  1053: LOST,
  1213: LOST,
  1317: LOST,
  1927: LOST,
  2013: LOST,
  1290: READ_ONLY,
  1792: READ_ONLY,
  3159: MORE_TLS,
};

const BY_DRIVER_CODE: Readonly<Record<string, Verdict>> = {
  PROTOCOL_CONNECTION_LOST: LOST,
  HANDSHAKE_NO_SSL_SUPPORT: NO_TLS,
  HANDSHAKE_SSL_ERROR: { code: 'SOURCE_TLS', hint: CERTIFICATE.untrusted },
};

/** A driver's or the server's error in our words and with its own, and what to do about it. */
export function mysqlError(thrown: unknown, place: MysqlPlace): BridgeError {
  if (thrown instanceof BridgeError) return thrown;
  const error = asError(thrown);
  const { code, hint } = verdictOf(error);
  const database = place.database === undefined ? '' : `/${place.database}`;
  const at = `${place.user}@${place.host}:${place.port}${database} (secret ${place.secretRef})`;
  return new BridgeError(code, `MySQL source ${at}: ${wordsOf(error)}`, { hint, cause: error });
}

/** Of a syntax error, the server says the line at the end, and not of what. */
function wordsOf(error: Error): string {
  return messageOf(error).replace(/ at line (\d+)$/, ' (query line $1)');
}

function verdictOf(error: Error): Verdict {
  const code = codeOf(error);
  // The driver puts a code of its own on whatever fails in the handshake.
  const tls = code === 'HANDSHAKE_SSL_ERROR' ? certificateVerdict(error.message, CERTIFICATE) : undefined;
  const known =
    BY_NUMBER[numberOf(error)] ?? tls ?? BY_DRIVER_CODE[code] ?? networkVerdict(code, CERTIFICATE);
  if (known !== undefined) return known;
  // SQLSTATE classes 42 (syntax, unknown names) and 21, 22 (a value does not fit).
  const state = 'sqlState' in error && typeof error.sqlState === 'string' ? error.sqlState : '';
  if (state.startsWith('42')) return QUERY;
  if (/^2[12]/.test(state)) {
    return VALUE;
  }
  if (/timeout/i.test(error.message)) {
    return CONNECT_TIMEOUT;
  }
  if (/closed state|connection (?:was |is )?(?:closed|lost)/i.test(error.message)) return LOST;
  return OTHER;
}

/** The server's error number; 0 if the error is not the server's. */
function numberOf(error: Error): number {
  return 'errno' in error && typeof error.errno === 'number' ? error.errno : 0;
}
