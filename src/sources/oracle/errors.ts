import { BridgeError } from '../../core/errors.ts';
import { findVerdict, type Phase, type VerdictTable } from '../find-verdict.ts';
import { asError, messageOf, type CertificateHints } from '../network-errors.ts';
import {
  CONNECT_TIMEOUT,
  GRANT,
  LINK,
  LOCKED,
  LOST,
  PASSWORD_EXPIRED,
  RAISED,
  READ_ONLY,
  TIMEOUT,
  VALUE,
  type Verdict,
} from '../verdicts.ts';

/** Where an error happened, for its message; never a password. */
export interface OraclePlace {
  readonly at: string;
  readonly user: string;
  /** The secret that holds the connection string. */
  readonly secretRef: string;
}

const QUERY: Verdict = {
  code: 'SOURCE_QUERY_INVALID',
  hint: 'Correct spec.source.query; try it in sqlplus with the same user. Names without quotes are upper case in Oracle.',
};
const UNREACHABLE: Verdict = {
  code: 'SOURCE_UNREACHABLE',
  hint: 'Check host and port in the secret, that the listener runs, and the firewalls on the way.',
};
const SERVICE: Verdict = {
  code: 'SECRET_INVALID',
  hint: 'The listener does not know this service. `lsnrctl services` lists those it knows; for a SID write ?sid=NAME.',
};
const VERIFIER: Verdict = {
  code: 'SOURCE_AUTH_FAILED',
  hint: 'The password of this user is stored in a form of before 12c. Set it anew (ALTER USER … IDENTIFIED BY …) with ALLOWED_LOGON_VERSION_SERVER of 12 or more; or set source.thick with an Oracle Client.',
};
const ENCRYPTION: Verdict = {
  code: 'SOURCE_TLS',
  hint: 'The server demands native network encryption, which the thin driver does not have. Connect by TLS (?protocol=tcps), or set source.thick with an Oracle Client.',
};
const WALLET =
  'Put the authority that signed it into the wallet that ?wallet= names (ewallet.pem), and use the host name of the certificate.';
const CERTIFICATE: Verdict = { code: 'SOURCE_TLS', hint: WALLET };
const CERTIFICATE_HINTS: CertificateHints = {
  untrusted: WALLET,
  otherName: WALLET,
  client: 'Put one and its key into the wallet that ?wallet= names (ewallet.pem).',
  files: WALLET,
};
const CONNECT_STRING: Verdict = {
  code: 'SECRET_INVALID',
  hint: 'Correct the descriptor or the alias in the secret; for an alias, ?tnsAdmin= names the folder of tnsnames.ora.',
};
const BUSY: Verdict = {
  code: 'SOURCE_UNREACHABLE',
  hint: 'The database starts, stops or has no process left; try again later.',
};

const TABLE: VerdictTable = {
  rules: [
    // What RAISE_APPLICATION_ERROR raises may have any words, and other codes in them.
    { codes: /^ORA-20\d{3}$/, verdict: RAISED },
    // The login is over: a database link did not let this one in, or was not found.
    {
      phase: 'query',
      codes: /^ORA-(?:0101[57]|01045|2800[01]|28040|02019|12154|12505|12514|12541|12545|12170)$/,
      verdict: LINK,
    },
  ],
  // By the codes of the server (ORA) and of the driver (NJS).
  byCode: {
    // The statement is not one that the database understands.
    'ORA-009xx': QUERY,
    'ORA-00054': LOCKED,
    'ORA-30006': LOCKED,
    'ORA-28112': RAISED,
    'ORA-28113': RAISED,
    'ORA-01017': {
      code: 'SOURCE_AUTH_FAILED',
      hint: 'Correct the user or the password in the secret; passwords have upper and lower case.',
    },
    'ORA-28000': { code: 'SOURCE_AUTH_FAILED', hint: 'The account is locked: ALTER USER … ACCOUNT UNLOCK.' },
    'ORA-28001': PASSWORD_EXPIRED,
    'ORA-01045': { code: 'SOURCE_PERMISSION', hint: 'GRANT CREATE SESSION to this user.' },
    'ORA-28040': VERIFIER,
    'NJS-116': VERIFIER,
    'ORA-12660': ENCRYPTION,
    'NJS-531': ENCRYPTION,
    'NJS-532': ENCRYPTION,
    'NJS-533': ENCRYPTION,
    'NJS-505': CERTIFICATE,
    'NJS-506': CERTIFICATE,
    'NJS-507': CERTIFICATE,
    'NJS-508': CERTIFICATE,
    'NJS-529': CERTIFICATE,
    'ORA-12514': SERVICE,
    'ORA-12505': SERVICE,
    'NJS-518': SERVICE,
    'NJS-519': SERVICE,
    'NJS-512': CONNECT_STRING,
    'NJS-514': CONNECT_STRING,
    'NJS-515': CONNECT_STRING,
    'NJS-516': CONNECT_STRING,
    'NJS-517': CONNECT_STRING,
    'NJS-520': CONNECT_STRING,
    'ORA-12154': CONNECT_STRING,
    'NJS-503': UNREACHABLE,
    'NJS-511': UNREACHABLE,
    'NJS-530': UNREACHABLE,
    'ORA-12541': UNREACHABLE,
    'ORA-12545': UNREACHABLE,
    'NJS-510': CONNECT_TIMEOUT,
    'ORA-12170': CONNECT_TIMEOUT,
    'NJS-123': TIMEOUT,
    'ORA-03136': TIMEOUT,
    'ORA-00020': BUSY,
    'ORA-01033': BUSY,
    'ORA-01034': BUSY,
    'ORA-12516': BUSY,
    'ORA-12518': BUSY,
    'ORA-12520': BUSY,
    'ORA-12528': BUSY,
    'NJS-500': LOST,
    'NJS-501': LOST,
    'NJS-513': LOST,
    'NJS-521': LOST,
    'ORA-00028': LOST,
    'ORA-01013': LOST,
    'ORA-03113': LOST,
    'ORA-03114': LOST,
    'ORA-12537': LOST,
    'ORA-01555': {
      code: 'SOURCE_LOST',
      hint: 'The database no longer has the rows as they were when the query began. Make the query faster, or raise UNDO_RETENTION; then try again.',
    },
    'ORA-00942': {
      code: 'SOURCE_QUERY_INVALID',
      hint: 'There is no such table, or this user may not see it: write OWNER.TABLE, and grant it SELECT on it.',
    },
    'ORA-01031': GRANT,
    'ORA-41900': GRANT,
    'ORA-01456': READ_ONLY,
    'ORA-14551': READ_ONLY,
    'ORA-01476': VALUE,
    'ORA-01722': VALUE,
    'ORA-01426': VALUE,
    'ORA-01841': VALUE,
    'ORA-01843': VALUE,
    'ORA-01858': VALUE,
    'ORA-01873': VALUE,
    'ORA-01878': VALUE,
    'ORA-01861': VALUE,
    'ORA-06502': VALUE,
  },
  certificate: CERTIFICATE_HINTS,
};

/** A driver's or the server's error in our words and with its own, and what to do about it. */
export function oracleError(thrown: unknown, place: OraclePlace, phase: Phase, query?: string): BridgeError {
  if (thrown instanceof BridgeError) return thrown;
  const error = asError(thrown);
  const { code, hint } = verdictOf(error, phase);
  const at = `${place.user}@${place.at} (secret ${place.secretRef})`;
  const where = query === undefined ? '' : positionIn(query, error);
  return new BridgeError(code, `Oracle source ${at}: ${firstLine(messageOf(error))}${where}`, {
    hint,
    cause: error,
  });
}

/** Errors come in stacks, and with an address of a help page. */
function firstLine(message: string): string {
  return (message.split('\n')[0] ?? '').trim();
}

/** The driver may wrap what the listener said, so the first code that is known decides. */
function verdictOf(error: Error, phase: Phase): Verdict {
  const written = [...error.message.matchAll(/\b(?:ORA-\d{5}|NJS-\d{3})\b/g)].map(([code]) => code);
  // After what a function of the database raised, its words may have any code.
  const raised = written.findIndex((code) => /^ORA-20\d{3}$/.test(code));
  const counted = raised < 0 ? written : raised === 0 ? written.slice(0, 1) : written.slice(0, raised);
  const codes = counted.flatMap((code) => (/^ORA-009\d\d$/.test(code) ? [code, 'ORA-009xx'] : [code]));
  return findVerdict(
    TABLE,
    { error, codes, fromServer: codes.some((code) => code.startsWith('ORA-')) },
    phase,
  );
}

/** ` (query line 2, column 8: …)`. */
function positionIn(query: string, error: Error): string {
  const offset = 'offset' in error && typeof error.offset === 'number' ? error.offset : 0;
  if (offset <= 0 || offset > query.length) return '';
  const before = query.slice(0, offset).split('\n');
  const line = query.split('\n')[before.length - 1] ?? '';
  return ` (query line ${before.length}, column ${(before.at(-1) ?? '').length + 1}: ${line.trim()})`;
}
