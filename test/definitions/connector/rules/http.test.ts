import { describe, expect, test } from '@jest/globals';
import { deltaFindings } from '../../../../src/definitions/connector/rules/delta.ts';
import { httpFindings } from '../../../../src/definitions/connector/rules/http.ts';

type Fields = Readonly<Record<string, unknown>>;

const URL = 'https://kb.example.com/articles';
const CURSOR = { type: 'cursor', cursorField: 'cursor', nextCursorPath: 'meta.next' };

/** The code of each finding and the last part of its path. */
const found = (source: Fields): string[] =>
  httpFindings({ spec: { source: { type: 'http', url: URL, ...source } } }).map(
    ({ code, path }) => `${code} ${path.replace('spec.source.', '')}`,
  );

test.each<Fields>([
  {},
  { paginationCursorField: 'cursor', paginationNextCursorJsonPath: 'meta.next' },
  { pagination: CURSOR, secretRef: 'token', resumable: true, pagesPerRun: 5 },
  { pagination: { type: 'cursor', cursorField: 'cursor', nextCursorHeader: 'X-Next' } },
  { pagination: { type: 'link_header', cursorField: 'token', keepQuery: true } },
  { pagination: { type: 'next_url', nextUrlPath: 'next', maxPages: 3, hasMorePath: 'more' } },
  { pagination: { type: 'link_header', pageSizeField: 'limit', pageSize: 10 } },
  { pagination: { type: 'page', pageField: 'p', startPage: 0, totalPagesPath: 'pages' } },
  { pagination: { type: 'offset', offsetField: 'skip', totalPath: 'total' } },
  { pagination: { type: 'none' } },
  { pagination: { type: 'page', endsOnShortPage: true, pageSize: 20, endStatuses: [404] } },
  { pagination: { type: 'link_header', rewriteNextUrl: { from: '/', to: 'https://kb.example.com/kb/' } } },
  { url: `${URL}/{cursor}`, pagination: { ...CURSOR, parametersIn: 'path' } },
  { method: 'POST', payloadFormat: 'form', pagination: { ...CURSOR, parametersIn: 'header' } },
  { secretRef: 'key', auth: { type: 'api_key' } },
  { secretRef: 'key', auth: { type: 'api_key', in: 'query', name: 'key' }, oauth: {} },
  { secretRef: 'password', auth: { type: 'basic', username: 'sync' } },
  { url: `${URL}?since=:watermark`, watermarkStart: 0 },
  { payload: { since: ':watermark' }, watermarkStart: 0 },
  { tls: { certFile: 'a', keyFile: 'b' } },
  { url: 'http://127.0.0.1:8080/x', secretRef: 'token' },
  { url: 'http://localhost', secretRef: 'token' },
  { url: 'http://kb.internal/x' },
  { headers: { 'X-Connection': 'a', Accept: 'b' } },
])('a source may be %j', (source) => {
  expect(found(source)).toEqual([]);
});

test('a connector of another kind of source is not judged', () => {
  expect(httpFindings({ spec: { source: { type: 'postgres', pagesPerRun: 5 } } })).toEqual([]);
});

describe('a pagination', () => {
  test('is described once', () => {
    expect(
      found({ pagination: CURSOR, paginationCursorField: 'a', paginationNextCursorJsonPath: 'b' }),
    ).toEqual(['pagination_twice paginationCursorField', 'pagination_twice paginationNextCursorJsonPath']);
  });

  test.each<[Fields, string]>([
    [{ paginationCursorField: 'cursor' }, 'missing_key paginationNextCursorJsonPath'],
    [{ paginationNextCursorJsonPath: 'next' }, 'missing_key paginationCursorField'],
    [{ pagination: { type: 'cursor', nextCursorPath: 'next' } }, 'missing_key pagination.cursorField'],
    [{ pagination: { type: 'cursor', cursorField: 'cursor' } }, 'missing_key pagination.nextCursorPath'],
    [{ pagination: { ...CURSOR, nextCursorHeader: 'X' } }, 'misplaced_key pagination.nextCursorHeader'],
    [{ pagination: { type: 'next_url' } }, 'missing_key pagination.nextUrlPath'],
    [{ pagination: { type: 'page', cursorField: 'x' } }, 'misplaced_key pagination.cursorField'],
    [{ pagination: { type: 'offset', pageField: 'x' } }, 'misplaced_key pagination.pageField'],
    [{ pagination: { type: 'none', maxPages: 3 } }, 'misplaced_key pagination.maxPages'],
    [{ pagination: { type: 'page', pageSize: 3 } }, 'missing_key pagination.pageSizeField'],
    [{ pagination: { type: 'page', pageSizeField: 'n' } }, 'missing_key pagination.pageSize'],
    [{ pagination: { type: 'page', endsOnShortPage: true } }, 'missing_key pagination.pageSize'],
    [{ pagination: { ...CURSOR, endStatuses: [404] } }, 'misplaced_key pagination.endStatuses'],
    [{ pagination: { type: 'offset', totalPagesHeader: 'X' } }, 'misplaced_key pagination.totalPagesHeader'],
    [
      { pagination: { type: 'link_header', nextUrlBasePath: 'b' } },
      'misplaced_key pagination.nextUrlBasePath',
    ],
    [{ pagination: { type: 'link_header', parametersIn: 'query' } }, 'misplaced_key pagination.parametersIn'],
    [
      { pagination: { type: 'page', totalPath: 'a', totalHeader: 'b' } },
      'misplaced_key pagination.totalHeader',
    ],
    [
      { pagination: { ...CURSOR, hasMorePath: 'a', lastPagePath: 'b' } },
      'misplaced_key pagination.lastPagePath',
    ],
    [
      { pagination: { type: 'page', pageSizeField: 'page', pageSize: 2 } },
      'misplaced_key pagination.pageSizeField',
    ],
    [{ pagination: { ...CURSOR, parametersIn: 'body' } }, 'misplaced_key pagination.parametersIn'],
    [{ pagination: { ...CURSOR, parametersIn: 'path' } }, 'wrong_value url'],
    [{ url: 'https://{cursor}.test/', pagination: { ...CURSOR, parametersIn: 'path' } }, 'wrong_value url'],
    [{ url: `${URL}/{page}`, pagination: { type: 'page' } }, 'missing_key pagination.parametersIn'],
    [
      { pagination: { ...CURSOR, cursorField: 'Authorization', parametersIn: 'header' } },
      'wrong_value pagination.cursorField',
    ],
    [
      { pagination: { type: 'link_header', rewriteNextUrl: { from: '/', to: 'https://evil.test/' } } },
      'wrong_value pagination.rewriteNextUrl.to',
    ],
    [{ payload: { a: 1 }, payloadFormat: 'form' }, 'misplaced_key payloadFormat'],
  ])('has all that it needs and nothing else: %j', (source, finding) => {
    expect(found(source)).toEqual([finding]);
  });
});

test.each<[Fields, string]>([
  [
    { pagination: { ...CURSOR, nextCursorPath: 'hits.hits.9.sort' } },
    'wrong_value pagination.nextCursorPath',
  ],
  [{ pagination: { ...CURSOR, nextCursorPath: 'data[].id' } }, 'wrong_value pagination.nextCursorPath'],
  [{ pagination: { ...CURSOR, nextCursorPath: 'data[*].id' } }, 'wrong_value pagination.nextCursorPath'],
  [{ pagination: { ...CURSOR, nextCursorPath: 'data[1:2].id' } }, 'wrong_value pagination.nextCursorPath'],
  [{ pagination: { ...CURSOR, nextCursorPath: '$' } }, 'wrong_value pagination.nextCursorPath'],
  [{ recordsPath: 'data[?(@.id==1)]' }, 'wrong_value recordsPath'],
  [{ recordsPath: "['data']" }, 'wrong_value recordsPath'],
  [{ recordsPath: 'data[type="a"]' }, 'wrong_value recordsPath'],
  [{ recordsPath: 'a.'.repeat(70) + 'a' }, 'wrong_value recordsPath'],
  [{ watermarkField: 'versions[].at' }, 'wrong_value watermarkField'],
  [{ pagination: { ...CURSOR, nextCursorPath: 'meta..next' } }, 'wrong_value pagination.nextCursorPath'],
  [{ pagination: { type: 'next_url', nextUrlPath: '.next' } }, 'wrong_value pagination.nextUrlPath'],
  [{ pagination: { type: 'page', totalPath: 'meta.' } }, 'wrong_value pagination.totalPath'],
  [{ pagination: { type: 'page', inclusive: true } }, 'misplaced_key pagination.inclusive'],
  [{ pagination: { type: 'offset', keepQuery: true } }, 'misplaced_key pagination.keepQuery'],
  [{ pagination: { ...CURSOR, keepQuery: false } }, 'misplaced_key pagination.keepQuery'],
])('a path has only names and brackets that can lead to a value there: %j', (source, finding) => {
  expect(found(source)).toEqual([finding]);
});

test.each(['$.meta.@odata.next[token]', 'data[-1].id', '[-1].id', '$[0].next'])(
  'a path to a cursor may be %s',
  (nextCursorPath) => {
    expect(found({ pagination: { ...CURSOR, nextCursorPath } })).toEqual([]);
  },
);

test.each(['$', '$.*', 'data.*', 'reports[].rows', 'groups[name=v1..2].items', 'data[0].items'])(
  'a path to records may be %s',
  (recordsPath) => {
    expect(found({ recordsPath })).toEqual([]);
  },
);

test.each<[Fields, string]>([
  [{ auth: { type: 'bearer' } }, 'missing_key secretRef'],
  [{ secretRef: 's', auth: { type: 'bearer', name: 'x' } }, 'misplaced_key auth.name'],
  [{ secretRef: 's', auth: { type: 'basic', in: 'query' } }, 'misplaced_key auth.in'],
  [{ secretRef: 's', auth: { type: 'api_key', username: 'u' } }, 'misplaced_key auth.username'],
  [{ secretRef: 's', auth: { type: 'api_key', in: 'query' } }, 'missing_key auth.name'],
  [{ secretRef: 's', auth: { type: 'bearer' }, oauth: {} }, 'auth_twice auth.type'],
  [{ secretRef: 's', auth: { type: 'basic' }, oauth: {} }, 'auth_twice auth.type'],
  [{ secretRef: 's', oauth: {} }, 'secret_unused secretRef'],
  [{ tls: { certFile: 'a' } }, 'missing_key tls.keyFile'],
  [{ tls: { keyFile: 'a' } }, 'missing_key tls.certFile'],
  [{ headers: { 'Transfer-Encoding': 'chunked' } }, 'misplaced_key headers.Transfer-Encoding'],
])('how a request is authorised and sent fits together: %j', (source, finding) => {
  expect(found(source)).toEqual([finding]);
});

test.each<[Fields, string]>([
  [{ resumable: true }, 'misplaced_key resumable'],
  [{ resumable: true, pagination: { type: 'none' } }, 'misplaced_key resumable'],
  [{ resumable: true, pagination: CURSOR, url: `${URL}?s=:watermark` }, 'misplaced_key resumable'],
  [{ pagesPerRun: 5 }, 'misplaced_key pagesPerRun'],
  [{ resumable: false, pagesPerRun: 5 }, 'misplaced_key pagesPerRun'],
  [{ watermarkStart: '2020-01-01' }, 'misplaced_key watermarkStart'],
])('a part of a listing is one by one means alone: %j', (source, finding) => {
  expect(found(source)).toEqual([finding]);
});

describe('a listing that is a part of the whole', () => {
  const deletes = (source: Fields) =>
    deltaFindings({
      spec: {
        source: { type: 'http', url: URL, ...source },
        reconciliation: { deletePolicy: 'auto_delete_missing' },
      },
    });

  test('does not delete what it lacks, when it is resumable', () => {
    expect(deletes({ resumable: true })).toEqual([
      expect.objectContaining({
        code: 'delta_deletes',
        message: expect.stringContaining('may stop after some pages'),
        fix: expect.stringContaining('no resumable'),
      }),
    ]);
    expect(deletes({ resumable: false })).toEqual([]);
  });

  test('is not one because a page is asked for by a name that asks for changes elsewhere', () => {
    const page = { type: 'offset', offsetField: 'from' };
    expect(deletes({ url: `${URL}?from=abc`, pagination: page })).toEqual([]);
    expect(deletes({ url: `${URL}?from=abc`, pagination: { type: 'offset' } })).toHaveLength(1);
  });

  test('may be asked for in any header', () => {
    expect(deletes({ headers: { 'X-Since': ':watermark' }, watermarkField: 'at' })).toHaveLength(1);
  });

  test('has a lag only with :watermark', () => {
    expect(deletes({ watermarkLag: '5m' }).map(({ code }) => code)).toEqual(['watermark_lag_unused']);
  });
});
