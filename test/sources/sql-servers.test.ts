import { describe, expect, test } from '@jest/globals';
import type { SqlSourceSpec } from '../../src/definitions/connector/types.ts';
import { oracleExposure } from '../../src/sources/oracle/dsn.ts';
import { sqlServers } from '../../src/sources/sql-servers.ts';
import { growthOf } from '../support/memory/processor-time.ts';

const oracle: SqlSourceSpec = { type: 'oracle', secretRef: 'db', query: 'select 1 from dual' };
const serversOf = (descriptor: string) =>
  sqlServers(oracle, `oracle://u:p@?descriptor=${encodeURIComponent(descriptor)}`);

describe('the servers of an Oracle descriptor', () => {
  test('are its addresses, without the blanks around a host', () => {
    expect(
      serversOf('(DESCRIPTION=(ADDRESS=(HOST= a.example )(PORT=1521))(ADDRESS=( HOST =b.example)(PORT=1)))'),
    ).toEqual([
      { host: 'a.example', port: 1521 },
      { host: 'b.example', port: 1 },
    ]);
  });

  test.each<[string, (size: number) => string]>([
    ['blanks of a host', (size) => `(DESCRIPTION=(ADDRESS=(HOST=a${' '.repeat(size)}b)))`],
    ['blanks before a bracket', (size) => `(DESCRIPTION=(ADDRESS=(HOST=${' '.repeat(size)}(`],
    ['brackets', (size) => '(ADDRESS=('.repeat(size / 10)],
    ['addresses', (size) => `(DESCRIPTION=${'(ADDRESS=(HOST=a))'.repeat(size / 18)})`],
  ])('are found in a time that is linear in its length: %s', async (_, descriptor) => {
    expect(await growthOf((size) => serversOf(descriptor(size)), 100_000)).toBe('linear');
  });

  test('are told from this machine in a time that is linear in their length', async () => {
    const work = (size: number) => {
      const connectString = `(ADDRESS=(PROTOCOL=tcp)(HOST=${' '.repeat(size)}a b))`;
      expect(oracleExposure({ connectString })).toBeDefined();
    };
    expect(await growthOf(work, 100_000)).toBe('linear');
  });
});
