import { describe, expect, test } from '@jest/globals';
import { restFormatFindings } from '../../../../../src/definitions/connector/rules/rest/formats.ts';

type Fields = Readonly<Record<string, unknown>>;

const found = (source: Fields) =>
  restFormatFindings({ spec: { source: { type: 'http', ...source } } }).map(
    ({ code, path }) => `${code} ${path}`,
  );

describe('the format of responses', () => {
  test.each<[Fields, string[]]>([
    [{ pagination: { type: 'cursor', nextCursorPath: 'next' }, recordsPath: 'items' }, []],
    [{ responseFormat: 'xml', recordsPath: 'r.e', pagination: { nextCursorPath: 'r.next' } }, []],
    [{ responseFormat: 'csv', csv: { delimiter: ';' }, pagination: { nextCursorHeader: 'X-Next' } }, []],
    [{ responseFormat: 'xml' }, ['missing_key spec.source.recordsPath']],
    [{ csv: { delimiter: ';' } }, ['misplaced_key spec.source.csv']],
    [{ responseFormat: 'csv', csv: { header: false } }, ['missing_key spec.source.csv.columns']],
    [
      { responseFormat: 'ndjson', recordsPath: 'items', pagination: { totalPath: 'total' } },
      ['misplaced_key spec.source.recordsPath', 'misplaced_key spec.source.pagination.totalPath'],
    ],
  ])('of %j has the findings %j', (source, findings) => {
    expect(found(source)).toEqual(findings);
  });
});
