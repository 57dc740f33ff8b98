import { BridgeError } from '../../core/errors.ts';
import { asError, codeOf, messageOf, networkVerdict, type CertificateHints } from '../network-errors.ts';
import {
  LOST,
  TIMEOUT,
  CONNECT_TIMEOUT,
  LOGIN,
  GRANT,
  READ_ONLY,
  VALUE,
  OTHER,
  type Verdict,
} from '../verdicts.ts';

/** Where an error happened, for its message; never a password. */
export interface PostgresPlace {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  /** The secret that holds the connection string. */
  readonly secretRef: string;
}

const QUERY: Verdict = {
  code: 'SOURCE_QUERY_INVALID',
  hint: 'Correct spec.source.query; try it in psql with the same user.',
};
const CERTIFICATE: CertificateHints = {
  untrusted:
    'Name the authority that signed it in spec.source.tls.caFile, or in sslrootcert= of the connection string.',
  otherName:
    'Use a host name that the certificate has, or sslmode=verify-ca if any server of its authority will do.',
  client: 'Name one and its key with sslcert= and sslkey= in the connection string.',
  files: 'Check the paths of the certificate files: caFile, sslrootcert, sslcert, sslkey.',
};
const NO_POSTGRES: Verdict = {
  code: 'SOURCE_TLS',
  hint: 'Check host and port in the secret: does a Postgres server answer there, with nothing in between?',
};

const HIDDEN_ROWS: Verdict = {
  code: 'SOURCE_PERMISSION',
  hint: 'A hidden row would count as deleted. Let the user see all rows (ALTER ROLE … BYPASSRLS), or set spec.source.rowLevelSecurity: allow if the rows that it may see are the whole listing.',
};

/** SQLSTATE, or its class (two characters), longest first; see appendix A of the PostgreSQL manual. */
const BY_SQLSTATE: Readonly<Record<string, Verdict>> = {
  '28P01': LOGIN,
  '28000': {
    code: 'SOURCE_AUTH_FAILED',
    hint: 'Let this user in from here, in the pg_hba.conf of the server.',
  },
  '3D000': { code: 'SECRET_INVALID', hint: 'Correct the name of the database in the secret.' },
  '42501': GRANT,
  '42': QUERY,
  '25006': READ_ONLY,
  '22': VALUE,
  '25P04': TIMEOUT,
  '57014': TIMEOUT,
  '57': LOST,
  '08': LOST,
  '40': LOST,
  '53': { code: 'SOURCE_UNREACHABLE', hint: 'The server is out of connections or memory; try again later.' },
};

/**
 * A driver's or the server's error in our words and with its own, and what to do about it.
 * @param query what the server was asked, for the position of its error
 */
export function postgresError(thrown: unknown, place: PostgresPlace, query?: string): BridgeError {
  if (thrown instanceof BridgeError) return thrown;
  const error = asError(thrown);
  const { code, hint } = verdictOf(error);
  const at = `${place.user}@${place.host}:${place.port}/${place.database} (secret ${place.secretRef})`;
  const where = query === undefined ? '' : positionIn(query, error);
  return new BridgeError(code, `Postgres source ${at}: ${wordsOf(error)}${where}`, { hint, cause: error });
}

/** The database's own hint often names the column that was meant. */
function wordsOf(error: Error): string {
  const hint = 'hint' in error && typeof error.hint === 'string' ? ` ${error.hint}` : '';
  return `${messageOf(error)}${hint === '' ? '' : '.'}${hint}`;
}

function verdictOf(error: Error): Verdict {
  const code = codeOf(error);
  if (/no encryption|SSL off/i.test(error.message)) {
    return {
      code: 'SOURCE_TLS',
      hint: 'The server demands TLS: add sslmode=require (or verify-full) to the connection string.',
    };
  }
  if (error.message.includes('before the TLS handshake')) return NO_POSTGRES;
  if (/does not support SSL/i.test(error.message)) {
    return {
      code: 'SOURCE_TLS',
      hint: 'Turn TLS on at the server, or set sslmode=disable if the network is trusted.',
    };
  }
  if (code === '42501' && error.message.includes('row-level security')) return HIDDEN_ROWS;
  // An administrator cancelled the query; a timeout has the same code.
  if (code === '57014' && error.message.includes('user request')) return LOST;
  const known = networkVerdict(code, CERTIFICATE) ?? BY_SQLSTATE[code] ?? BY_SQLSTATE[code.slice(0, 2)];
  if (known !== undefined) return known;
  if (/client password must be/i.test(error.message)) {
    return { code: 'SOURCE_AUTH_FAILED', hint: 'The server asks for a password: put one into the secret.' };
  }
  if (/timeout/i.test(error.message)) {
    return CONNECT_TIMEOUT;
  }
  if (/terminated|closed|ended|not queryable/i.test(error.message)) return LOST;
  return OTHER;
}

/** ` (query line 2, column 8: …)`. The server counts code points. */
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
