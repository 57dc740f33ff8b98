import { afterEach, describe, expect, test } from '@jest/globals';
import { json } from '../../../support/http/http-server.ts';
import { listRest, type RestSpec } from '../../../support/http/rest-source.ts';
import { RestServers } from '../../../support/http/rest-servers.ts';

const servers = new RestServers();
afterEach(() => servers.close());

interface Shape {
  readonly name: string;
  readonly spec: Partial<RestSpec>;
  /** The watermarks of two records, the later one first. */
  readonly records: readonly [string | number, string | number];
  /** The request of the first run and that of the second one, with the watermark as the API reads it. */
  readonly first: string;
  readonly second: string;
}

/** What an API refuses that takes its watermark in one form only. */
const SHAPES: readonly Shape[] = [
  {
    name: 'minutes in the zone of the user, as JQL takes them, of times with +0000',
    spec: {
      watermarkFormat: '%Y-%m-%d %H:%M',
      watermarkTimeZone: 'Europe/Berlin',
      watermarkStart: '1970-01-01',
    },
    records: ['2026-01-02T03:05:05.678+0000', '2026-01-02T03:04:05.678+0000'],
    first: '1970-01-01 00:00',
    second: '2026-01-02 04:00',
  },
  {
    name: 'milliseconds since 1970, as HubSpot takes them, of ISO times',
    spec: { watermarkFormat: 'epoch_milliseconds' },
    records: ['2026-01-02T03:05:05.678Z', '2026-01-02T03:04:05.1Z'],
    first: '0',
    second: '1767322805678',
  },
  {
    name: 'seconds since 1970, as Drupal takes them, of ISO times',
    spec: { watermarkFormat: 'epoch_seconds', watermarkStart: 0 },
    records: ['2026-01-02T03:05:05+01:00', '2026-01-02T03:04:05+01:00'],
    first: '0',
    second: '1767319205',
  },
  {
    name: 'ISO times of milliseconds since 1970',
    spec: { watermarkFormat: '%Y-%m-%dT%H:%M:%S.%fZ', watermarkStart: 0 },
    records: [1767323105678, 1767323045678],
    first: '1970-01-01T00:00:00.000Z',
    second: '2026-01-02T03:00:05.678Z',
  },
  {
    name: "datetime'…', as OData 2 takes it, of /Date(…)/",
    spec: { watermarkFormat: "datetime'%Y-%m-%dT%H:%M:%S'" },
    records: ['/Date(1767323105678)/', '/Date(1767323045678+0060)/'],
    first: "datetime'1970-01-01T00:00:00'",
    second: "datetime'2026-01-02T03:00:05'",
  },
  {
    name: 'ISO times with Z, as SOQL takes them, of times with +0000',
    spec: { watermarkFormat: '%Y-%m-%dT%H:%M:%SZ' },
    records: ['2026-01-02T03:05:05.000+0000', '2026-01-02T03:04:05.000+0000'],
    first: '1970-01-01T00:00:00Z',
    second: '2026-01-02T03:00:05Z',
  },
  {
    name: 'local times, of local times without a zone in the night when clocks are set back',
    spec: { watermarkFormat: '%Y-%m-%d %H:%M:%S', watermarkTimeZone: 'Europe/Berlin' },
    records: ['2025-10-26 02:40:00', '2025-10-26 02:20:00'],
    first: '1970-01-01 01:00:00',
    // The earlier 02:40 minus the lag is 02:35, which the API may take for the later one.
    second: '2025-10-26 01:35:00',
  },
];

describe('a watermark that is sent in another form than that of the records', () => {
  test.each(SHAPES.map((shape) => [shape.name, shape] as const))('%s', async (_, shape) => {
    const items = shape.records.map((at, index) => ({ id: index, at }));
    const server = await servers.answering(json(200, { items }));
    const spec: RestSpec = {
      url: `${server.url}/search?q=changed%20%3E%3D%20%22:watermark%22`,
      watermarkField: 'at',
      ...shape.spec,
    };
    const first = await listRest(spec, { fields: ['id', 'at'] });
    expect(first.end).toEqual({ checkpoint: String(shape.records[0]), truncated: false });
    const second = await listRest(spec, { fields: ['id', 'at'] }, first.end.checkpoint);
    expect(second.end).toEqual(first.end);
    expect(server.received.map(({ url }) => new URL(url, server.url).searchParams.get('q'))).toEqual([
      `changed >= "${shape.first}"`,
      `changed >= "${shape.second}"`,
    ]);
  });

  test('goes into a JSON body as a string, and its checkpoint is one of a connector without the format', async () => {
    const server = await servers.answering(json(200, { items: [] }));
    const spec: RestSpec = {
      url: server.url,
      method: 'POST',
      payload: { filters: [{ op: 'GTE', value: ':watermark' }] },
      watermarkField: 'at',
      watermarkFormat: 'epoch_milliseconds',
    };
    await listRest(spec, { fields: ['id', 'at'] }, '2026-01-02T03:05:05.678Z');
    expect(JSON.parse(server.received[0]?.body ?? '')).toEqual({
      filters: [{ op: 'GTE', value: '1767322805678' }],
    });
  });

  test('compares records of several forms by their time', async () => {
    const times = [1767323105, '2026-01-02T03:05:06Z', '/Date(1767323107000)/', 1767323104999];
    const server = await servers.answering(json(200, { items: times.map((at, id) => ({ id, at })) }));
    const spec = {
      url: `${server.url}?s=:watermark`,
      watermarkField: 'at',
      watermarkFormat: 'epoch_seconds',
    };
    const { end } = await listRest(spec, { fields: ['id', 'at'] });
    expect(end.checkpoint).toBe('/Date(1767323107000)/');
  });

  test('a record whose watermark is no time fails, and the hint says what a time is', async () => {
    const server = await servers.answering(json(200, { items: [{ id: 1, at: 'soon' }] }));
    const spec = { url: `${server.url}?s=:watermark`, watermarkField: 'at', watermarkFormat: 'date' };
    await expect(listRest(spec, { fields: ['id', 'at'] })).rejects.toMatchObject({
      code: 'SOURCE_WATERMARK_INVALID',
      hint: expect.stringContaining('a number of seconds or milliseconds since 1970'),
    });
  });
});
