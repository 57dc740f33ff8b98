import { BridgeError } from '../../core/errors.ts';
import { findVerdict, type Phase, type VerdictTable } from '../find-verdict.ts';
import { asError, codeOf, messageOf, type CertificateHints } from '../network-errors.ts';
import {
  CONNECT_TIMEOUT,
  DEFINER,
  GRANT,
  LINK,
  LOCKED,
  LOGIN,
  LOST,
  PASSWORD_EXPIRED,
  RAISED,
  TIMEOUT,
  VALUE,
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

/** Errors that RAISERROR and THROW raise have this number or a greater one. */
const USER_ERRORS_FROM = 50_000;
/** What `sp_describe_first_result_set` says against a query: it has no single description. */
const NOT_DESCRIBED = { from: 11_501, to: 11_540 };

const TABLE: VerdictTable = {
  rules: [
    // What a refused login says; the driver keeps no number of it.
    {
      phase: 'connect',
      codes: /^ELOGIN$/,
      words: /cannot open database/i,
      verdict: {
        code: 'SECRET_INVALID',
        hint: 'Correct the database in the secret, or make this login a user of it.',
      },
    },
    {
      phase: 'connect',
      codes: /^ELOGIN$/,
      words: /not allowed to access the server/i,
      verdict: {
        code: 'SOURCE_AUTH_FAILED',
        hint: 'Let this address in, in the firewall rules of the server.',
      },
    },
    {
      phase: 'connect',
      codes: /^ELOGIN$/,
      words: /^(?=.*?password ).*(?:expired|must be changed)/is,
      verdict: PASSWORD_EXPIRED,
    },
    {
      phase: 'connect',
      codes: /^ELOGIN$/,
      words: /account is (?:disabled|currently locked)/i,
      verdict: { code: 'SOURCE_AUTH_FAILED', hint: 'ALTER LOGIN … ENABLE, or UNLOCK.' },
    },
    // A linked server did not let this one in, or was not found.
    { phase: 'query', codes: /^(?:18452|18456|7202|7303|7399|7416|7437|53|10060|10061)$/, verdict: LINK },
    { phase: 'connect', codes: /^ELOGIN$/, verdict: LOGIN },
    { phase: 'connect', codes: /^ETIMEOUT$/, words: /connect/, verdict: CONNECT_TIMEOUT },
  ],
  byCode: {
    229: GRANT,
    230: GRANT,
    262: GRANT,
    297: GRANT,
    300: GRANT,
    916: GRANT,
    1222: LOCKED,
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
    // EXECUTE AS a user who is gone, or whom the login may not act for.
    15404: DEFINER,
    15517: DEFINER,
    'RAISERROR, THROW': RAISED,
    ETIMEOUT: TIMEOUT,
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
    certificate: { code: 'SOURCE_TLS', hint: CERTIFICATE.untrusted },
  },
  certificate: CERTIFICATE,
};

/** A driver's or the server's error in our words and with its own, and what to do about it. */
export function mssqlError(thrown: unknown, place: MssqlPlace, phase: Phase): BridgeError {
  if (thrown instanceof BridgeError) return thrown;
  const error = asError(thrown);
  const verdict = verdictOf(error, phase);
  const { code, hint } = verdict;
  const server = `${place.host}${place.instance === undefined ? '' : `\\${place.instance}`}`;
  const port = place.port === undefined ? '' : `:${place.port}`;
  const database = place.database === undefined ? '' : `/${place.database}`;
  const at = `${place.user}@${server}${port}${database} (secret ${place.secretRef})`;
  return new BridgeError(code, `SQL Server source ${at}: ${wordsOf(error, verdict)}`, { hint, cause: error });
}

/** With the line of the query that the server means. */
function wordsOf(error: Error, verdict: Verdict): string {
  const line = 'lineNumber' in error && typeof error.lineNumber === 'number' ? error.lineNumber : 0;
  return line > 0 && verdict === QUERY ? `${messageOf(error)} (query line ${line})` : messageOf(error);
}

function verdictOf(error: Error, phase: Phase): Verdict {
  const codes = codesOf(error);
  const fromServer = numberOf(error) > 0;
  return findVerdict(TABLE, { error, network: innerErrors(error), codes, fromServer }, phase);
}

/** The number of the server's error and its class; then the driver's code. */
function codesOf(error: Error): string[] {
  const number = numberOf(error);
  if (number >= USER_ERRORS_FROM) return ['RAISERROR, THROW'];
  if (number >= NOT_DESCRIBED.from && number <= NOT_DESCRIBED.to) return [String(number), '102'];
  if (number > 0) return [String(number)];
  const certificate = /self[- ]signed|unable to (?:verify|get)|certificate/i.test(error.message);
  return certificate ? ['certificate', codeOf(error)] : [codeOf(error)];
}

function numberOf(error: Error): number {
  return 'number' in error && typeof error.number === 'number' ? error.number : 0;
}

/** The driver wraps what the network said, and one error for each address that it tried. */
function innerErrors(error: Error): Error[] {
  const inner = error.cause === undefined ? [error] : [asError(error.cause)];
  return inner.flatMap((cause) =>
    'errors' in cause && Array.isArray(cause.errors) ? cause.errors.map(asError) : [cause],
  );
}
