import { describe, expect, test } from '@jest/globals';
import { networkProblem as geminiProblem } from '../../src/gemini/api/network-problems.ts';
import { gcsError } from '../../src/artifacts/gcs/errors.ts';
import { networkProblem as httpProblem } from '../../src/rest/request/problems.ts';
import { CONNECTOR_WORDS } from '../../src/sources/http/connector-words.ts';
import { mssqlError } from '../../src/sources/mssql/errors.ts';
import { mysqlError } from '../../src/sources/mysql/errors.ts';
import { oracleError } from '../../src/sources/oracle/errors.ts';
import { postgresError } from '../../src/sources/postgres/errors.ts';
import { networkFailure } from '../../src/telemetry/http/post.ts';

const SQL = { host: 'db', port: 1, database: 'd', user: 'u', secretRef: 's' };

function nodeError(code: string, message = code): Error {
  return Object.assign(new Error(message), { code });
}

function hintOf(thrown: unknown): string {
  return thrown instanceof Error && 'hint' in thrown ? String(thrown.hint) : '';
}

/** The hint that each kind of server gives for a fault, from an error as its client throws it. */
const HINTS: Readonly<Record<string, (code: string, words: string) => string | undefined>> = {
  Postgres: (code) => hintOf(postgresError(nodeError(code), SQL, 'connect')),
  // The driver replaces the code of Node.
  MySQL: (_, words) => hintOf(mysqlError(nodeError('HANDSHAKE_SSL_ERROR', words), SQL, 'connect')),
  'SQL Server': (code, words) =>
    hintOf(
      mssqlError(
        Object.assign(nodeError('ESOCKET', `Failed to connect to db:1 - ${words}`), {
          cause: nodeError(code),
        }),
        { ...SQL, instance: undefined },
        'connect',
      ),
    ),
  Oracle: (_, words) =>
    hintOf(
      oracleError(
        new Error(`NJS-505: unable to initiate TLS connection.\n${words}`),
        { ...SQL, at: 'db' },
        'connect',
      ),
    ),
  HTTP: (code) => httpProblem(nodeError(code), CONNECTOR_WORDS).hint,
  'Discovery Engine': (code) => geminiProblem(nodeError(code)).hint,
  'Cloud Storage': (code) => hintOf(gcsError('read', 'gs://b/a', nodeError(code))),
  telemetry: (code) => networkFailure(nodeError(code)).fix,
};

const FAULTS: readonly (readonly [code: string, words: string, hint: RegExp])[] = [
  ['CERT_HAS_EXPIRED', 'certificate has expired', /^The certificate of the server has expired/],
  ['CERT_NOT_YET_VALID', 'certificate is not yet valid', /not valid yet: correct the clock/],
  ['CERT_REVOKED', 'certificate revoked', /was revoked/],
  [
    'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED',
    'SSL routines:ssl3_read_bytes:tlsv13 alert certificate required',
    /^The server wants a client certificate/,
  ],
  [
    'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA',
    'SSL routines:ssl3_read_bytes:tlsv1 alert unknown ca',
    /^The server refuses the client certificate/,
  ],
];

describe.each(Object.entries(HINTS))('a TLS fault of %s', (_, hint) => {
  test.each(FAULTS)('has a hint that fits: %s', (code, words, expected) => {
    expect(hint(code, words)).toMatch(expected);
  });
});

test.each([
  ['CERT_SIGNATURE_FAILURE', /source\.tls\.caFile/],
  ['INVALID_PURPOSE', /let its owner replace it/],
  ['SELF_SIGNED_CERT_IN_CHAIN', /source\.tls\.caFile/],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', /source\.tls\.caFile/],
  ['ERR_TLS_CERT_ALTNAME_INVALID', /host name/],
  ['HOSTNAME_MISMATCH', /host name/],
  ['ERR_SSL_WRONG_VERSION_NUMBER', /TLS 1\.2 or newer/],
])('an HTTP source says what to do about %s', (code, expected) => {
  expect(httpProblem(nodeError(code), CONNECTOR_WORDS)).toMatchObject({
    code: 'SOURCE_TLS',
    again: false,
    hint: expect.stringMatching(expected),
  });
});
