import { BridgeError } from '../../core/errors.ts';
import { asError, messageOf } from '../../core/thrown.ts';
import {
  findMeaning,
  CONNECT_TIMEOUT,
  SELECT_NOT_GRANTED,
  LINKED_SERVER_REFUSED,
  ROWS_LOCKED,
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
export interface OraclePlace {
  readonly at: string;
  readonly user: string;
  /** The secret that contains the connection string. */
  readonly secretRef: string;
}

const QUERY: SourceErrorMeaning = {
  code: 'SOURCE_QUERY_INVALID',
  hint: 'Correct spec.source.query; try it in sqlplus with the same user. Names without quotes are upper case in Oracle.',
};
const UNREACHABLE: SourceErrorMeaning = {
  code: 'SOURCE_UNREACHABLE',
  hint: 'Check host and port in the secret, that the listener runs, and the firewalls on the way.',
};
const NAME: SourceErrorMeaning = {
  code: 'SOURCE_UNREACHABLE',
  hint: 'Check the host name in the secret, and DNS on this machine.',
};
const SERVICE: SourceErrorMeaning = {
  code: 'SECRET_INVALID',
  hint: 'The listener does not know this service. `lsnrctl services` lists those it knows; for a SID write ?sid=NAME.',
};
const VERIFIER: SourceErrorMeaning = {
  code: 'SOURCE_AUTH_FAILED',
  hint: 'The password of this user is stored in a form of before 12c. Set it again (ALTER USER … IDENTIFIED BY …) with ALLOWED_LOGON_VERSION_SERVER of 12 or more; or set source.thick with an Oracle Client.',
};
const ENCRYPTION: SourceErrorMeaning = {
  code: 'SOURCE_TLS',
  hint: 'The server demands native network encryption, which the thin driver does not have. Connect by TLS (?protocol=tcps), or set source.thick with an Oracle Client.',
};
const WALLET =
  'Put the authority that signed it into the wallet that ?wallet= names (ewallet.pem), and use the host name of the certificate.';
const CERTIFICATE: SourceErrorMeaning = { code: 'SOURCE_TLS', hint: WALLET };
const CERTIFICATE_HINTS: DriverHints = {
  untrusted: WALLET,
  otherName: WALLET,
  client: 'Put one and its key into the wallet that ?wallet= names (ewallet.pem).',
  files: WALLET,
};
const CONNECT_STRING: SourceErrorMeaning = {
  code: 'SECRET_INVALID',
  hint: 'Correct the descriptor or the alias in the secret; for an alias, ?tnsAdmin= names the folder of tnsnames.ora.',
};
const BUSY: SourceErrorMeaning = {
  code: 'SOURCE_UNREACHABLE',
  hint: 'The database starts, stops or has no process left; try again later.',
};

const TABLE: DriverErrorTable = {
  rows: [
    // An error of RAISE_APPLICATION_ERROR may have any message, including other codes.
    { codes: /^ORA-20\d{3}$/, meaning: RAISED_BY_DATABASE },
    // The login had already succeeded: a database link refused the login, or was not found.
    {
      phase: 'query',
      codes: /^ORA-(?:0101[57]|01045|2800[01]|28040|02019|12154|12505|12514|12541|12545|12170)$/,
      meaning: LINKED_SERVER_REFUSED,
    },
  ],
  // The meanings are by the codes of the server (ORA) and of the driver (NJS).
  byCode: [
    // The database cannot parse the statement.
    [QUERY, 'ORA-009xx'],
    [ROWS_LOCKED, 'ORA-00054', 'ORA-30006'],
    [RAISED_BY_DATABASE, 'ORA-28112', 'ORA-28113'],
    [
      {
        code: 'SOURCE_AUTH_FAILED',
        hint: 'Correct the user or the password in the secret; passwords have upper and lower case.',
      },
      'ORA-01017',
    ],
    [
      { code: 'SOURCE_AUTH_FAILED', hint: 'The account is locked: ALTER USER … ACCOUNT UNLOCK.' },
      'ORA-28000',
    ],
    [PASSWORD_EXPIRED, 'ORA-28001'],
    [{ code: 'SOURCE_PERMISSION', hint: 'GRANT CREATE SESSION to this user.' }, 'ORA-01045'],
    [VERIFIER, 'ORA-28040', 'NJS-116'],
    [ENCRYPTION, 'ORA-12660', 'NJS-531', 'NJS-532', 'NJS-533'],
    [CERTIFICATE, 'NJS-505', 'NJS-506', 'NJS-507', 'NJS-508', 'NJS-529'],
    [SERVICE, 'ORA-12514', 'ORA-12505', 'NJS-518', 'NJS-519'],
    [CONNECT_STRING, 'NJS-512', 'NJS-514', 'NJS-515', 'NJS-516', 'NJS-517', 'NJS-520', 'ORA-12154'],
    [UNREACHABLE, 'NJS-503', 'NJS-511', 'ORA-12541'],
    [NAME, 'NJS-530', 'ORA-12545'],
    [CONNECT_TIMEOUT, 'NJS-510', 'ORA-12170'],
    [STATEMENT_TIMEOUT, 'NJS-123', 'ORA-03136'],
    [BUSY, 'ORA-00020', 'ORA-01033', 'ORA-01034', 'ORA-12516', 'ORA-12518', 'ORA-12520', 'ORA-12528'],
    [
      CONNECTION_LOST,
      'NJS-500',
      'NJS-501',
      'NJS-513',
      'NJS-521',
      'ORA-00028',
      'ORA-01013',
      'ORA-03113',
      'ORA-03114',
      'ORA-12537',
    ],
    [
      {
        code: 'SOURCE_LOST',
        hint: 'The database no longer has the rows as they were when the query began. Make the query faster, or raise UNDO_RETENTION; then try again.',
      },
      'ORA-01555',
    ],
    [
      {
        code: 'SOURCE_QUERY_INVALID',
        hint: 'There is no such table, or this user may not see it: write OWNER.TABLE, and grant it SELECT on it.',
      },
      'ORA-00942',
    ],
    [SELECT_NOT_GRANTED, 'ORA-01031', 'ORA-41900'],
    [WRITE_REFUSED, 'ORA-01456', 'ORA-14551'],
    [
      VALUE_REFUSED,
      'ORA-01476',
      'ORA-01722',
      'ORA-01426',
      'ORA-01841',
      'ORA-01843',
      'ORA-01858',
      'ORA-01873',
      'ORA-01878',
      'ORA-01861',
      'ORA-06502',
    ],
  ],
  hints: CERTIFICATE_HINTS,
};

/** Translates an error of the driver or the server: our message with the original one, and the instruction. */
export function oracleError(
  thrown: unknown,
  place: OraclePlace,
  phase: SessionPhase,
  query?: string,
): BridgeError {
  if (thrown instanceof BridgeError) return thrown;
  const error = asError(thrown);
  const { code, hint } = meaningOf(error, phase);
  const at = `${place.user}@${place.at} (secret ${place.secretRef})`;
  const where = query === undefined ? '' : positionIn(query, error);
  return new BridgeError(code, `Oracle source ${at}: ${firstLine(messageOf(error))}${where}`, {
    hint,
    cause: error,
  });
}

/** The first line of the message. Errors come in stacks, with the URL of a help page. */
function firstLine(message: string): string {
  return (message.split('\n')[0] ?? '').trim();
}

/** The driver may wrap the listener's error, so the first known code decides. */
function meaningOf(error: Error, phase: SessionPhase): SourceErrorMeaning {
  const written = [...error.message.matchAll(/\b(?:ORA-\d{5}|NJS-\d{3})\b/g)].map(([code]) => code);
  // The message of an error that a function of the database raised may contain any code.
  const raised = written.findIndex((code) => /^ORA-20\d{3}$/.test(code));
  const counted = raised < 0 ? written : raised === 0 ? written.slice(0, 1) : written.slice(0, raised);
  const codes = counted.flatMap((code) => (/^ORA-009\d\d$/.test(code) ? [code, 'ORA-009xx'] : [code]));
  return findMeaning(
    TABLE,
    { error, codes, fromServer: codes.some((code) => code.startsWith('ORA-')) },
    phase,
  );
}

/** The position as text: ` (query line 2, column 8: …)`. */
function positionIn(query: string, error: Error): string {
  const offset = 'offset' in error && typeof error.offset === 'number' ? error.offset : 0;
  if (offset <= 0 || offset > query.length) return '';
  const before = query.slice(0, offset).split('\n');
  const line = query.split('\n')[before.length - 1] ?? '';
  return ` (query line ${before.length}, column ${(before.at(-1) ?? '').length + 1}: ${line.trim()})`;
}
