import { describe, expect, test } from '@jest/globals';
import { shapeStarter, type ApiShape } from '../../contracts/api-shape.contract.ts';
import { SEARCH_RESULTS_MAX } from '../../stand-ins/rest/business/hubspot.ts';
import { Salesforce } from '../../stand-ins/rest/business/salesforce.ts';
import type { ChangingRecords } from '../../stand-ins/rest/changing-records.ts';
import { Elasticsearch } from '../../stand-ins/rest/storage/elasticsearch.ts';
import { GoogleDrive, SHARED_DRIVE } from '../../stand-ins/rest/storage/google-drive.ts';
import { Graph } from '../../stand-ins/rest/storage/graph.ts';
import { json, raw, type Reply } from '../../support/http/http-server.ts';
import { BUSINESS_SHAPES } from './business-shapes.ts';
import { STORAGE_SHAPES } from './storage-shapes.ts';

const start = shapeStarter();
const IDS = ['1', '2', '3', '4', '5'] as const;

/** Starts a shape with five records, which are read, and a server that the test can change. */
async function read<T extends { readonly reply: Reply }>(
  shape: ApiShape,
  open: (records: ChangingRecords) => T,
) {
  const opened: T[] = [];
  const started = await start({
    ...shape,
    start: (records) => {
      const server = open(records);
      opened.push(server);
      return server.reply;
    },
  });
  const [server] = opened;
  if (server === undefined) throw new Error('The server was not opened.');
  started.records.put('one', ...IDS);
  await started.run();
  started.api.reset();
  return { ...started, server };
}

interface WithTokens {
  readonly reply: Reply;
  expireTokens(): void;
}

const WITH_TOKENS: readonly (readonly [
  name: string,
  shape: ApiShape,
  open: (records: ChangingRecords) => WithTokens,
])[] = [
  ['queryAll of Salesforce', BUSINESS_SHAPES['queryAll of Salesforce'], (records) => new Salesforce(records)],
  ['a list of SharePoint', STORAGE_SHAPES['a list of SharePoint'], (records) => new Graph(records)],
  [
    'the changes of Google Drive',
    STORAGE_SHAPES['the changes of Google Drive'],
    (records) => new GoogleDrive(records),
  ],
];

test.each(WITH_TOKENS)('%s is read to its end with a new token when one expires', async (_, shape, open) => {
  const { records, api, place, run, server } = await read(shape, open);
  records.put('two', ...IDS);
  api.after(1, () => {
    server.expireTokens();
  });
  await run();
  expect(place.titles).toEqual(records.titles);
});

describe('a place that expired', () => {
  test('of a query of Salesforce fails the run, and the next run begins again', async () => {
    const shape = BUSINESS_SHAPES['a query of Salesforce'];
    const { records, api, place, run, server } = await read(shape, (given) => new Salesforce(given));
    const before = place.titles;
    records.remove('1');
    api.after(1, () => {
      server.areLocatorsExpired = true;
    });
    await expect(run()).rejects.toMatchObject({
      code: 'SOURCE_REFUSED',
      message: expect.stringContaining('INVALID_QUERY_LOCATOR'),
    });
    expect(place.titles).toEqual(before);
    server.areLocatorsExpired = false;
    expect(await run()).toMatchObject({ deleted: ['1'], holdReason: null });
  });

  test('of a delta link begins the feed again, and deletes what was deleted in the gap', async () => {
    const shape = STORAGE_SHAPES['the delta feed of a list of SharePoint'];
    const { records, place, run, server } = await read(shape, (given) => new Graph(given));
    records.remove('2');
    records.put('two', '3');
    records.put('one', '6');
    server.expiredVersion = 5;
    expect(await run()).toMatchObject({ upserted: ['3', '6'], deleted: ['2'], holdReason: null });
    records.remove('3');
    expect(await run()).toMatchObject({ upserted: [], deleted: ['3'], counts: { seen: 1 } });
    expect(place.titles).toEqual(records.titles);
  });
});

describe('an incomplete response', () => {
  test('of Elasticsearch, in which a shard failed, deletes nothing', async () => {
    const shape = STORAGE_SHAPES['a search of Elasticsearch'];
    const { place, run, server } = await read(shape, (given) => new Elasticsearch(given));
    const before = place.titles;
    server.failedShards = 1;
    expect(await run()).toMatchObject({ deleted: [], holdReason: expect.stringContaining('not complete') });
    expect(place.titles).toEqual(before);
    server.failedShards = 0;
    expect(await run()).toMatchObject({ upserted: [], deleted: [], holdReason: null });
  });

  test('of ServiceNow, whose total counts records that the user may not read, holds deletes', async () => {
    const shape = BUSINESS_SHAPES['a table of ServiceNow'];
    const { records, api, place, run } = await read(shape, (given) => ({ reply: shape.start(given) }));
    records.remove('5');
    const row = (id: string) => ({
      sys_id: id,
      short_description: 'one',
      description: 'one',
      sys_updated_on: '2024-01-11 00:00:00',
    });
    api.replyFrom(1, json(200, { result: IDS.slice(0, 4).map(row) }, { 'x-total-count': '5' }));
    expect(await run()).toMatchObject({ deleted: [], holdReason: expect.any(String) });
    expect(Object.keys(place.titles)).toHaveLength(5);
  });

  test('of Firebase, which lost all records, holds deletes', async () => {
    const shape = STORAGE_SHAPES['a map of Firebase'];
    const { api, place, run } = await read(shape, (given) => ({ reply: shape.start(given) }));
    api.replyFrom(1, json(200, null));
    expect(await run()).toMatchObject({ deleted: [], holdReason: expect.stringContaining('no rows at all') });
    expect(Object.keys(place.titles)).toHaveLength(5);
  });

  test('of Workday, which is a login page instead of CSV, fails the run', async () => {
    const shape = BUSINESS_SHAPES['a report of Workday in CSV'];
    const { api, place, run } = await read(shape, (given) => ({ reply: shape.start(given) }));
    const page = '<!DOCTYPE html><html><body>Sign in, please</body></html>';
    api.replyFrom(1, raw(200, page, { 'content-type': 'text/html' }));
    await expect(run()).rejects.toMatchObject({
      code: 'SOURCE_ANSWER_INVALID',
      message: expect.stringContaining('HTML'),
    });
    expect(Object.keys(place.titles)).toHaveLength(5);
  });
});

test('a search of HubSpot is read in parts of a window that has more changes than a search returns', async () => {
  const shape = BUSINESS_SHAPES['a search of changed objects in HubSpot'];
  const connector = (origin: string) => {
    const { source, ...others } = shape.connector(origin);
    return { ...others, source: { ...source, window: { step: '400d' } } };
  };
  const { records, run, place } = await start({ ...shape, connector });
  const ids = Array.from({ length: 3 * SEARCH_RESULTS_MAX }, (_, index) => String(index + 1));
  records.put('one', ...ids);
  await run();
  expect(place.titles).toEqual(records.titles);
});

describe('readers in Google Drive', () => {
  test('of a listing of files are the users and groups with a permission', async () => {
    const { place } = await read(
      STORAGE_SHAPES['files of Google Drive'],
      (records) => new GoogleDrive(records),
    );
    expect(place.document('1')).toMatchObject({
      content: 'Text of one',
      acl_users: ['owner-of-1@example.com'],
      acl_groups: ['staff@example.com'],
    });
  });

  test('of changes are the users with a permission, and a file without permissions is not published', async () => {
    const shape = STORAGE_SHAPES['the changes of Google Drive'];
    const { records, place, run } = await read(shape, (given) => new GoogleDrive(given));
    expect(place.document('1')).toMatchObject({ acl_users: ['owner-of-1@example.com'] });
    records.put(SHARED_DRIVE, '6');
    records.put(SHARED_DRIVE, '1');
    expect((await run()).counts).toMatchObject({ quarantined: 2 });
    expect(place.document('6')).toBeUndefined();
    // The old readers must not keep access to the old text.
    expect(place.document('1')).toBeUndefined();
  });
});
