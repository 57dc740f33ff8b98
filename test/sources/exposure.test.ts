import { describe, expect, test } from '@jest/globals';
import type { SqlSourceSpec } from '../../src/definitions/connector/types.ts';
import { sourceExposure } from '../../src/sources/exposure.ts';

function exposure(dsn: string, tls?: SqlSourceSpec['tls']) {
  const type = (['postgres', 'mysql', 'mssql', 'oracle'] as const).find((name) => dsn.startsWith(name));
  if (type === undefined) throw new Error('No such engine.');
  const source = { type, secretRef: 'hr-db', query: 'SELECT 1', ...(tls && { tls }) };
  return sourceExposure({ source }, () => dsn);
}

describe('the source of a database', () => {
  test.each([
    ['postgres://ann@db/hr', 'sslmode=prefer', 'sslmode=verify-full'],
    ['mysql://ann@db/hr', 'ssl-mode=PREFERRED', 'VERIFY_IDENTITY'],
    ['mysql://ann@db/hr?ssl-mode=REQUIRED', 'is not checked', 'VERIFY_IDENTITY'],
    ['mysql://ann@db/hr?ssl-mode=disabled', 'is not encrypted', 'VERIFY_IDENTITY'],
    ['mssql://ann:x@db/hr?encrypt=false', 'is not encrypted', 'encrypt=false'],
    ['mssql://ann:x@db/hr?trustServerCertificate=true', 'is not checked', 'tls.caFile'],
    ['oracle://ann:x@db/hr', 'is not encrypted', 'protocol=tcps'],
    [
      `oracle://ann:x@x?descriptor=${encodeURIComponent('(DESCRIPTION=(ADDRESS=(PROTOCOL=tcps)(HOST=a)(PORT=1))(ADDRESS = (PROTOCOL = TCP)(HOST = db)(PORT=1521))(CONNECT_DATA=(SID=x)))')}`,
      'to db is not encrypted',
      'protocol=tcps',
    ],
  ])('%s is exposed on the way', (dsn, what, fix) => {
    expect(exposure(dsn)).toMatchObject({
      what: expect.stringContaining(what),
      fix: expect.stringContaining(fix),
    });
  });

  test.each([
    ['postgres://ann@db/hr?sslmode=verify-full'],
    ['postgres://ann@127.0.0.1/hr'],
    ['mysql://ann@db/hr?ssl-mode=VERIFY_CA'],
    ['mysql://ann@localhost/hr'],
    ['mssql://ann:x@db/hr'],
    ['mssql://ann:x@db/hr?encrypt=strict'],
    ['mssql://ann:x@127.0.0.1/hr?encrypt=false'],
    ['oracle://ann:x@db/hr?protocol=tcps'],
    ['oracle://ann:x@localhost/hr'],
    ['oracle://ann:x@x?tns=HR'],
  ])('%s is not', (dsn) => {
    expect(exposure(dsn)).toBeUndefined();
  });

  test('with an authority in its connector is not', () => {
    expect(exposure('postgres://ann@db/hr', { caFile: '/ca.pem' })).toBeUndefined();
    expect(exposure('mysql://ann@db/hr', { caFile: '/ca.pem' })).toBeUndefined();
  });

  test.each([
    'postgres://ann@db/hr?sslmod=require',
    'mysql://ann@db/hr?sslmod=REQUIRED',
    'mssql://ann:x@db/hr?trustservercert=true',
    'oracle://ann:x@db/hr?protocl=tcps',
  ])('%s is refused, because a misspelt parameter would protect nothing', (dsn) => {
    expect(() => exposure(dsn)).toThrow(/unknown parameter (sslmod|trustservercert|protocl);/);
  });
});

test('an API has no exposure of this kind', () => {
  expect(sourceExposure({ source: { type: 'http', url: 'https://api' } }, () => '')).toBeUndefined();
});
