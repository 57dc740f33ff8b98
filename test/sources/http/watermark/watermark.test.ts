import { afterEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { HttpWatermark } from '../../../../src/sources/http/watermark/watermark.ts';
import { json } from '../../../support/http/http-server.ts';
import { failureOf } from '../../../support/databases/postgres-source.ts';
import { listRest, restSource } from '../../../support/http/rest-source.ts';
import { RestServers } from '../../../support/http/rest-servers.ts';

const servers = new RestServers();
afterEach(() => servers.close());

const watermark = (spec: Partial<ConstructorParameters<typeof HttpWatermark>[0]>, checkpoint?: string) =>
  new HttpWatermark({ type: 'http', watermarkField: 'at', ...spec }, checkpoint);

describe('a listing of changes', () => {
  test.each<[string | number | undefined, string]>([
    [undefined, '1970-01-01T00:00:00Z'],
    ['2020-01-01', '2020-01-01'],
    [0, '0'],
    ['a', 'a'],
  ])('begins, with a start of %j, at %s', (watermarkStart, from) => {
    expect(watermark(watermarkStart === undefined ? {} : { watermarkStart }).from).toBe(from);
  });

  test.each<[string, string | number | undefined, string]>([
    ['2024-01-02T00:10:00Z', undefined, '2024-01-02T00:05:00Z'],
    ['2024-01-02T00:10:00.1234567Z', '10m', '2024-01-02T00:00:00.1234567Z'],
    ['2024-01-02T00:10:00+02:00', '1h', '2024-01-01T21:10:00Z'],
    ['2024-01-02 00:10:00', '1s', '2024-01-02 00:09:59'],
    // At least one step, for others may have the same time.
    ['2024-01-02T00:10:00Z', '0s', '2024-01-02T00:09:59Z'],
    ['2024-01-02', '1h', '2024-01-01'],
    ['2024-01-02', '2d', '2023-12-31'],
    ['1970-01-01T00:01:00Z', '1h', '1970-01-01T00:00:00Z'],
    // Of another kind, so it is none.
    ['17', '1h', '1970-01-01T00:00:00Z'],
    ['2024-13-45', '1h', '1970-01-01T00:00:00Z'],
  ])('goes on, after %s and with a lag of %j, at %s', (checkpoint, lag, from) => {
    expect(watermark(lag === undefined ? {} : { watermarkLag: lag }, checkpoint).from).toBe(from);
  });

  test.each<[string, number | undefined, string]>([
    ['5000', undefined, '4000'],
    ['9007199254740993', 1, '9007199254740992'],
    ['1704164645.123', 10, '1704164635.123'],
    ['5', 0, '4'],
    ['5', 100, '0'],
  ])('of numbers goes on, after %s and with a lag of %j, at %s', (checkpoint, lag, from) => {
    const spec = { watermarkStart: 0, ...(lag === undefined ? {} : { watermarkLag: lag }) };
    expect(watermark(spec, checkpoint).from).toBe(from);
  });

  test('of text goes on where it stopped', () => {
    const mark = watermark({ watermarkStart: 'a' }, 'rev-7');
    mark.see('rev-5');
    expect([mark.from, mark.checkpoint]).toEqual(['rev-7', 'rev-7']);
    mark.see('rev-8');
    expect(mark.checkpoint).toBe('rev-8');
  });

  test.each<[readonly string[], string]>([
    [
      ['2024-01-02T00:00:00.1Z', '2024-01-02T00:00:00.12Z', '2024-01-02T00:00:00.119999999Z'],
      '2024-01-02T00:00:00.12Z',
    ],
    [['2024-01-02T01:00:00+02:00', '2024-01-01T23:30:00Z'], '2024-01-01T23:30:00Z'],
    [['2024-01-02T01:00:00-0200', '2024-01-02T02:30:00Z'], '2024-01-02T01:00:00-0200'],
    [['2024-01-02', '2024-01-02T00:00:00.000001Z'], '2024-01-02T00:00:00.000001Z'],
  ])('keeps the latest of %j: %s', (seen, latest) => {
    const mark = watermark({});
    for (const text of seen) mark.see(text);
    expect(mark.checkpoint).toBe(latest);
  });

  test('of numbers keeps the highest of any, in every digit', () => {
    fc.assert(
      fc.property(fc.array(fc.bigInt({ min: 0n, max: 10n ** 30n }), { minLength: 1 }), (numbers) => {
        const mark = watermark({ watermarkStart: 0 });
        for (const number of numbers) mark.see(String(number));
        expect(mark.checkpoint).toBe(String(numbers.reduce((high, next) => (next > high ? next : high))));
      }),
    );
  });

  test.each<[string | number | undefined, string]>([
    [undefined, '1704164645'],
    [undefined, 'yesterday'],
    [0, '2024-01-02'],
    [0, '-1.5'],
  ])('with a start of %j refuses %s', (watermarkStart, text) => {
    const mark = watermark(watermarkStart === undefined ? {} : { watermarkStart });
    expect(() => {
      mark.see(text);
    }).toThrow(
      expect.objectContaining({ code: 'SOURCE_WATERMARK_INVALID', message: expect.stringContaining(text) }),
    );
  });
});

describe('a source with :watermark', () => {
  const records = [
    { id: 1, name: 'a', at: '2024-01-02T00:00:00+02:00' },
    { id: 2, name: 'b', at: '2024-01-01T23:00:00.123456789Z' },
    { id: 3, name: 'c', at: null },
    { id: 4, name: 'd' },
  ];
  const FIELDS = ['id', 'name', 'at'];

  test('asks for what is new, in its address, payload and headers, and tells the highest that it saw', async () => {
    const server = await servers.answering(json(200, records));
    const spec = {
      url: `${server.url}/x?since=:watermark&a=1`,
      method: 'POST',
      payload: { filter: ['at > :watermark'] },
      headers: { 'X-Since': ':watermark' },
      watermarkField: 'at',
    } as const;
    expect(restSource(spec).source.listing).toBe('delta');
    const { end, rows } = await listRest(spec, { fields: FIELDS }, '2024-01-01T00:05:00+00:00');
    expect(rows).toHaveLength(4);
    expect(end).toEqual({ checkpoint: '2024-01-01T23:00:00.123456789Z', truncated: false });
    expect(server.received[0]).toMatchObject({
      url: '/x?since=2024-01-01T00%3A00%3A00Z&a=1',
      body: '{"filter":["at > 2024-01-01T00:00:00Z"]}',
      headers: { 'x-since': '2024-01-01T00:00:00Z' },
    });
  });

  test('stays where it was when nothing is new', async () => {
    const server = await servers.answering(json(200, []));
    const spec = { url: `${server.url}/?since=:watermark`, watermarkField: 'at' };
    const { end } = await listRest(spec, { fields: FIELDS }, '2024-01-01T00:05:00Z');
    expect(end.checkpoint).toBe('2024-01-01T00:05:00Z');
    expect((await listRest(spec, { fields: FIELDS })).end.checkpoint).toBeUndefined();
  });

  test('fails when its changes are cut off, for no run would come to their end', async () => {
    const server = await servers.start({
      records: records.map((row) => JSON.stringify(row)),
      style: 'page',
      pageSize: 1,
    });
    const pagination = { type: 'page', maxPages: 2 } as const;
    const spec = { url: `${server.url}?since=:watermark`, watermarkField: 'at', pagination };
    expect(await failureOf(() => listRest(spec, { fields: FIELDS }))).toMatchObject({
      code: 'SOURCE_PAGINATION',
      hint: expect.stringContaining('maxPages'),
    });
  });
});
