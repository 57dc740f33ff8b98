import { BridgeError } from '../../core/errors.ts';
import { asError, codeOf, messageOf } from '../../core/thrown.ts';
import {
  findMeaning,
  CONNECT_TIMEOUT,
  DEFINER_REFUSED,
  SELECT_NOT_GRANTED,
  LINKED_SERVER_REFUSED,
  ROWS_LOCKED,
  LOGIN_REFUSED,
  CONNECTION_LOST,
  PASSWORD_EXPIRED,
  RAISED_BY_DATABASE,
  STATEMENT_TIMEOUT,
  VALUE_REFUSED,
  type DriverErrorTable,
  type DriverHints,
  type SessionPhase,
  type SourceErrorMeaning,
} from '../driver-errors.ts';

/** The location of an error, for its message; it never includes a password. */
export interface MssqlPlace {
  readonly host: string;
  readonly port: number | undefined;
  readonly instance: string | undefined;
  readonly database: string | undefined;
  readonly user: string;
  /** The secret that contains the connection string. */
  readonly secretRef: string;
}

const QUERY: SourceErrorMeaning = {
  code: 'SOURCE_QUERY_INVALID',
  hint: 'Correct spec.source.query; try it in sqlcmd with the same user.',
};
const BUSY: SourceErrorMeaning = {
  code: 'SOURCE_UNREACHABLE',
  hint: 'The server is short of resources, or moves the database; try again later.',
};
const CERTIFICATE: DriverHints = {
  untrusted: 'Name the authority that signed it in spec.source.tls.caFile.',
  otherName:
    'Use a host name that the certificate has, or name it with hostNameInCertificate= in the secret.',
  client:
    'This program has none to show to SQL Server: let the server, or what terminates TLS for it, not ask for one.',
  files: 'Check the path of spec.source.tls.caFile.',
};

/** Errors that RAISERROR and THROW raise have this number or a greater one. */
const USER_ERRORS_FROM = 50_000;
/** The errors with which `sp_describe_first_result_set` rejects a query that has no single description. */
const NOT_DESCRIBED = { from: 11_501, to: 11_540 };

const TABLE: DriverErrorTable = {
  rows: [
    // The message of a refused login; the driver does not keep its number.
    {
      phase: 'connect',
      codes: /^ELOGIN$/,
      words: /cannot open database/i,
      meaning: {
        code: 'SECRET_INVALID',
        hint: 'Correct the database in the secret, or make this login a user of it.',
      },
    },
    {
      phase: 'connect',
      codes: /^ELOGIN$/,
      words: /not allowed to access the server/i,
      meaning: {
        code: 'SOURCE_AUTH_FAILED',
        hint: 'Let this address in, in the firewall rules of the server.',
      },
    },
    {
      phase: 'connect',
      codes: /^ELOGIN$/,
      words: /^(?=.*?password ).*(?:expired|must be changed)/is,
      meaning: PASSWORD_EXPIRED,
    },
    {
      phase: 'connect',
      codes: /^ELOGIN$/,
      words: /account is (?:disabled|currently locked)/i,
      meaning: { code: 'SOURCE_AUTH_FAILED', hint: 'ALTER LOGIN … ENABLE, or UNLOCK.' },
    },
    // A linked server refused the login, or was not found.
    {
      phase: 'query',
      codes: /^(?:18452|18456|7202|7303|7399|7416|7437|53|10060|10061)$/,
      meaning: LINKED_SERVER_REFUSED,
    },
    { phase: 'connect', codes: /^ELOGIN$/, meaning: LOGIN_REFUSED },
    { phase: 'connect', codes: /^ETIMEOUT$/, words: /connect/, meaning: CONNECT_TIMEOUT },
  ],
  byCode: [
    [SELECT_NOT_GRANTED, '229', '230', '262', '297', '300', '916'],
    [ROWS_LOCKED, '1222'],
    [CONNECTION_LOST, '1205', '3960', '3961', '596', 'ECLOSE', 'ECONNCLOSED', 'ESOCKET'],
    [BUSY, '701', '10928', '10929', '40197', '40501', '40613', '49918', '49919', '49920'],
    [VALUE_REFUSED, '245', '241', '220', '8114', '8115', '8134', '242', '517', '535'],
    [
      QUERY,
      '102',
      '105',
      '137',
      '156',
      '170',
      '195',
      '206',
      '207',
      '208',
      '209',
      '319',
      '2812',
      '4104',
      '8120',
      '8127',
    ],
    // EXECUTE AS names a user that was removed, or that the login may not impersonate.
    [DEFINER_REFUSED, '15404', '15517'],
    [RAISED_BY_DATABASE, 'RAISERROR, THROW'],
    [STATEMENT_TIMEOUT, 'ETIMEOUT'],
    [
      {
        code: 'SOURCE_AUTH_FAILED',
        hint: 'Check the identity, tenantId and client secret, and that it is a user of the database (CREATE USER … FROM EXTERNAL PROVIDER).',
      },
      'EFEDAUTH',
    ],
    [
      {
        code: 'SOURCE_UNREACHABLE',
        hint: 'Check instanceName, and that UDP port 1434 of the server is open; or give the port instead.',
      },
      'EINSTLOOKUP',
    ],
    [
      {
        code: 'SOURCE_TLS',
        hint: 'Turn encryption on at the server, or set encrypt=false if the network is trusted.',
      },
      'EENCRYPT',
    ],
    [{ code: 'SOURCE_TLS', hint: CERTIFICATE.untrusted }, 'certificate'],
  ],
  hints: CERTIFICATE,
};

/** Translates an error of the driver or the server: our message with the original one, and the instruction. */
export function mssqlError(thrown: unknown, place: MssqlPlace, phase: SessionPhase): BridgeError {
  if (thrown instanceof BridgeError) return thrown;
  const error = asError(thrown);
  const meaning = meaningOf(error, phase);
  const { code, hint } = meaning;
  const server = `${place.host}${place.instance === undefined ? '' : `\\${place.instance}`}`;
  const port = place.port === undefined ? '' : `:${place.port}`;
  const database = place.database === undefined ? '' : `/${place.database}`;
  const at = `${place.user}@${server}${port}${database} (secret ${place.secretRef})`;
  return new BridgeError(code, `SQL Server source ${at}: ${wordsOf(error, meaning)}`, { hint, cause: error });
}

/** The message, including the line of the query that the server reports. */
function wordsOf(error: Error, meaning: SourceErrorMeaning): string {
  const line = 'lineNumber' in error && typeof error.lineNumber === 'number' ? error.lineNumber : 0;
  return line > 0 && meaning === QUERY ? `${messageOf(error)} (query line ${line})` : messageOf(error);
}

function meaningOf(error: Error, phase: SessionPhase): SourceErrorMeaning {
  const codes = codesOf(error);
  const fromServer = numberOf(error) > 0;
  return findMeaning(TABLE, { error, codes, fromServer }, phase);
}

/** The number and the class of the server's error, then the driver's code. */
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
