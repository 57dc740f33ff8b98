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
  VALUE,
  OTHER,
  type Verdict,
} from '../verdicts.ts';

/** Where an error happened, for its message; never a password. */
export interface MssqlPlace {
  readonly host: string;
  readonly port: number | undefined;
  readonly instance: string | undefined;
  readonly database: string | undefined;
  readonly user: string;
  /** The secret that holds the connection string. */
  readonly secretRef: string;
}

const QUERY: Verdict = {
  code: 'SOURCE_QUERY_INVALID',
  hint: 'Correct spec.source.query; try it in sqlcmd with the same user.',
};
const BUSY: Verdict = {
  code: 'SOURCE_UNREACHABLE',
  hint: 'The server is short of resources, or moves the database; try again later.',
};
const CERTIFICATE: CertificateHints = {
  untrusted: 'Name the authority that signed it in spec.source.tls.caFile.',
  otherName:
    'Use a host name that the certificate has, or name it with hostNameInCertificate= in the secret.',
  client:
    'This program has none to show to SQL Server: let the server, or what terminates TLS for it, not ask for one.',
  files: 'Check the path of spec.source.tls.caFile.',
};

/** By the number of the server's error; classes of syntax and names are below. */
const BY_NUMBER: Readonly<Record<number, Verdict>> = {
  229: GRANT,
  230: GRANT,
  262: GRANT,
  297: GRANT,
  300: GRANT,
  916: GRANT,
  1222: TIMEOUT,
  1205: LOST,
  3960: LOST,
  3961: LOST,
  596: LOST,
  701: BUSY,
  10_928: BUSY,
  10_929: BUSY,
  40_197: BUSY,
  40_501: BUSY,
  40_613: BUSY,
  49_918: BUSY,
  49_919: BUSY,
  49_920: BUSY,
  245: VALUE,
  241: VALUE,
  220: VALUE,
  8114: VALUE,
  8115: VALUE,
  8134: VALUE,
  242: VALUE,
  517: VALUE,
  535: VALUE,
  102: QUERY,
  105: QUERY,
  137: QUERY,
  156: QUERY,
  170: QUERY,
  195: QUERY,
  206: QUERY,
  207: QUERY,
  208: QUERY,
  209: QUERY,
  319: QUERY,
  2812: QUERY,
  4104: QUERY,
  8120: QUERY,
  8127: QUERY,
};

/** What `sp_describe_first_result_set` says against a query: it has no single description. */
const NOT_DESCRIBED = { from: 11_501, to: 11_540 };

const BY_DRIVER_CODE: Readonly<Record<string, Verdict>> = {
  EFEDAUTH: {
    code: 'SOURCE_AUTH_FAILED',
    hint: 'Check the identity, tenantId and client secret, and that it is a user of the database (CREATE USER … FROM EXTERNAL PROVIDER).',
  },
  EINSTLOOKUP: {
    code: 'SOURCE_UNREACHABLE',
    hint: 'Check instanceName, and that UDP port 1434 of the server is open; or give the port instead.',
  },
  ECLOSE: LOST,
  ECONNCLOSED: LOST,
  ESOCKET: LOST,
  EENCRYPT: {
    code: 'SOURCE_TLS',
    hint: 'Turn encryption on at the server, or set encrypt=false if the network is trusted.',
  },
};

/** A driver's or the server's error in our words and with its own, and what to do about it. */
export function mssqlError(thrown: unknown, place: MssqlPlace): BridgeError {
  if (thrown instanceof BridgeError) return thrown;
  const error = asError(thrown);
  const { code, hint } = verdictOf(error);
  const server = `${place.host}${place.instance === undefined ? '' : `\\${place.instance}`}`;
  const port = place.port === undefined ? '' : `:${place.port}`;
  const database = place.database === undefined ? '' : `/${place.database}`;
  const at = `${place.user}@${server}${port}${database} (secret ${place.secretRef})`;
  return new BridgeError(code, `SQL Server source ${at}: ${wordsOf(error)}`, { hint, cause: error });
}

/** With the line of the query that the server means. */
function wordsOf(error: Error): string {
  const line = 'lineNumber' in error && typeof error.lineNumber === 'number' ? error.lineNumber : 0;
  return line > 0 && verdictOf(error) === QUERY
    ? `${messageOf(error)} (query line ${line})`
    : messageOf(error);
}

/** What a refused login says; the driver keeps no number of it. */
const BY_LOGIN_WORDS: readonly (readonly [words: RegExp, verdict: Verdict])[] = [
  [
    /cannot open database/i,
    { code: 'SECRET_INVALID', hint: 'Correct the database in the secret, or make this login a user of it.' },
  ],
  [
    /not allowed to access the server/i,
    { code: 'SOURCE_AUTH_FAILED', hint: 'Let this address in, in the firewall rules of the server.' },
  ],
  [/^(?=.*?password ).*(?:expired|must be changed)/is, PASSWORD_EXPIRED],
  [
    /account is (?:disabled|currently locked)/i,
    { code: 'SOURCE_AUTH_FAILED', hint: 'ALTER LOGIN … ENABLE, or UNLOCK.' },
  ],
];

function verdictOf(error: Error): Verdict {
  const number = 'number' in error && typeof error.number === 'number' ? error.number : 0;
  const known = BY_NUMBER[number];
  if (known !== undefined) return known;
  if (number >= NOT_DESCRIBED.from && number <= NOT_DESCRIBED.to) return QUERY;
  const code = codeOf(error);
  if (code === 'ELOGIN') return BY_LOGIN_WORDS.find(([words]) => words.test(error.message))?.[1] ?? LOGIN;
  for (const inner of innerErrors(error)) {
    const verdict = networkVerdict(codeOf(inner), CERTIFICATE);
    if (verdict !== undefined) return verdict;
  }
  const worded = certificateVerdict(error.message, CERTIFICATE);
  if (worded !== undefined) return worded;
  if (/certificate/i.test(error.message)) {
    return { code: 'SOURCE_TLS', hint: CERTIFICATE.untrusted };
  }
  if (code === 'ETIMEOUT') {
    return error.message.includes('connect') ? CONNECT_TIMEOUT : TIMEOUT;
  }
  return BY_DRIVER_CODE[code] ?? OTHER;
}

/** The driver wraps what the network said, and one error for each address that it tried. */
function innerErrors(error: Error): Error[] {
  const inner = error.cause === undefined ? [error] : [asError(error.cause)];
  return inner.flatMap((cause) =>
    'errors' in cause && Array.isArray(cause.errors) ? cause.errors.map(asError) : [cause],
  );
}
