import { describe, expect, test } from '@jest/globals';
import { connectionsFindings } from '../../../../src/definitions/connector/rules/connections.ts';
import { deltaFindings } from '../../../../src/definitions/connector/rules/delta.ts';

const codes = (source: Readonly<Record<string, unknown>>): string[] =>
  deltaFindings({ spec: { source, reconciliation: { deletePolicy: 'auto_delete_missing' } } }).map(
    ({ code }) => code,
  );

const api = 'https://api.example.com/items';

describe('a connector that deletes what is missing', () => {
  test.each([
    'since',
    'updated_since',
    'updatedSince',
    'modified_after',
    'updated_after',
    'updated-at-min',
    'last_modified_after',
    'changedSince',
    'created_after',
    'from',
    'from_date',
    'date_from',
    'start_date',
    'changes_since',
    'filter[updated_after]',
    'updated_at[gte]',
  ])('may not ask its API for changes with %s', (name) => {
    const found = ['delta_deletes'];
    expect(codes({ url: `${api}?page=1&${name}=2024-01-01` })).toEqual(found);
    expect(codes({ url: api, payload: { [name]: '2024-01-01' } })).toEqual(found);
    expect(codes({ url: api, payload: { filters: [{ [name]: '2024-01-01' }] } })).toEqual(found);
  });

  test.each([
    'page',
    'limit',
    'status',
    'after',
    'cursor',
    'offset',
    'fromage',
    'sinceramente',
    'updated',
    'q',
  ])('may use %s, which asks for no changes', (name) => {
    expect(
      codes({ url: `${api}?${name}=1#since=1`, payload: { [name]: 'x' }, headers: { From: 'a@b.c' } }),
    ).toEqual([]);
  });

  test('may page with a parameter that has the name of one', () => {
    expect(codes({ url: `${api}?from=abc`, paginationCursorField: 'from' })).toEqual([]);
    expect(codes({ url: `${api}?since=abc&from=x`, paginationCursorField: 'from' })).toEqual([
      'delta_deletes',
    ]);
  });

  test('may count rows with from', () => {
    expect(codes({ url: api, payload: { from: 200, size: 100 } })).toEqual([]);
    expect(codes({ url: api, payload: { from: 1_704_067_200 } })).toEqual(['delta_deletes']);
  });

  test('may not send If-Modified-Since', () => {
    expect(codes({ url: api, headers: { 'If-Modified-Since': 'Mon, 01 Jan 2024 00:00:00 GMT' } })).toEqual([
      'delta_deletes',
    ]);
  });

  test.each([
    { url: `${api}/:watermark` },
    { url: `${api}?q=it's:watermark` },
    { url: api, payload: { where: ['u > :watermark'] } },
  ])('may not use :watermark in %j, which needs a watermarkField besides', (source) => {
    expect(codes(source)).toEqual(['delta_deletes', 'watermark_field_missing']);
  });
});

describe('a watermarkLag', () => {
  test('is of no use without :watermark', () => {
    expect(codes({ query: 'SELECT a FROM t', watermarkLag: '5m' })).toEqual(['watermark_lag_unused']);
  });

  test('is not checked without a query', () => {
    expect(codes({ watermarkLag: '5m' })).toEqual([]);
  });
});

describe('two connections', () => {
  const found = (query: unknown, connections: unknown) =>
    connectionsFindings({ spec: { source: { type: 'postgres', query, connections } } });

  test('are refused for a delta query', () => {
    expect(found('SELECT a FROM t WHERE u > :watermark', 2)).toEqual([
      expect.objectContaining({ code: 'connections_of_delta', path: 'spec.source.connections' }),
    ]);
  });

  test('are accepted for a full listing, and one connection for both', () => {
    expect(found("SELECT a FROM t WHERE u > ':watermark'", 2)).toEqual([]);
    expect(found('SELECT a FROM t WHERE u > :watermark', 1)).toEqual([]);
    expect(found(undefined, 2)).toEqual([]);
  });
});

describe('a delta query', () => {
  const nulls = (query: string): string[] =>
    codes({ query, watermarkField: 'u.at' }).filter((code) => code.endsWith('lost'));

  test('is warned that rows with a NULL watermark never appear', () => {
    expect(nulls('SELECT 1 FROM t WHERE "u.at" > :watermark')).toEqual(['watermark_nulls_lost']);
    expect(nulls('SELECT 1 FROM t WHERE "u.at" > :watermark AND other IS NULL')).toEqual([
      'watermark_nulls_lost',
    ]);
    expect(nulls('SELECT 1 FROM t WHERE "u.at" > :watermark OR uXat IS NULL')).toEqual([
      'watermark_nulls_lost',
    ]);
  });

  test.each([
    '"u.at" > :watermark OR "u.at" IS NULL',
    "coalesce(u.at, '-infinity') > :watermark",
    'u.at > :watermark -- u.at is never null',
    'u.at > :watermark AND u.at is not null',
  ])('is not when it thinks of NULL: %s', (where) => {
    expect(nulls(`SELECT 1 FROM t WHERE ${where}`)).toEqual([]);
  });
});
