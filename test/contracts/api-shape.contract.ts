import { afterAll, afterEach, describe, expect, test } from '@jest/globals';
import { ChangingRecords } from '../stand-ins/rest/changing-records.ts';
import { ApiPlace, type ApiConnector } from '../support/http/api-place.ts';
import { cutOff, DisturbedApi } from '../support/http/disturbed-api.ts';
import type { Reply, TestServer } from '../support/http/http-server.ts';
import { RestServers } from '../support/http/rest-servers.ts';
import { temporaryFolders } from '../support/files/temporary-folder.ts';

/** An API and a connector that reads it. */
export interface ApiShape {
  readonly start: (records: ChangingRecords) => Reply;
  readonly connector: (origin: string) => ApiConnector;
  readonly secrets?: Readonly<Record<string, string>>;
  /** How the API refuses a request that exceeds its limits. */
  readonly rateLimited: Reply;
  /** Whether each run reads all records, or only what changed. */
  readonly reads: 'whole' | 'changes';
  /** What proves a delete: that the record is missing, that the API reports it, or nothing. */
  readonly deletes: 'missing' | 'reported' | 'nothing';
  /** Replies of the API that fail a run in the middle, by what happened, with the code of the run's error. */
  readonly failures?: Readonly<Record<string, { readonly reply: Reply; readonly code: string }>>;
  /** Of responses; JSON unless given. */
  readonly mediaType?: string;
  /** Whether all records are in one response. */
  readonly inOneResponse?: boolean;
}

const IDS = ['1', '2', '3', '4', '5'] as const;

/** A shape that was started: its records, the way to it, and a place that runs its connector. */
export interface StartedShape {
  readonly records: ChangingRecords;
  readonly api: DisturbedApi;
  readonly server: TestServer;
  readonly place: ApiPlace;
  readonly run: () => ReturnType<ApiPlace['run']>;
}

/** Returns a function that starts a shape for one test of a file. */
export function shapeStarter(): (
  shape: Pick<ApiShape, 'start' | 'connector' | 'secrets'>,
) => Promise<StartedShape> {
  const servers = new RestServers();
  const folders = temporaryFolders();
  afterEach(() => servers.close());
  afterAll(() => {
    folders.removeAll();
  });
  return async ({ start, connector, secrets = {} }) => {
    const records = new ChangingRecords();
    const api = new DisturbedApi(start(records));
    const server = await servers.answering(api.reply);
    const place = new ApiPlace(folders.make(), connector(server.url), secrets);
    return { records, api, server, place, run: () => place.run(records.now) };
  };
}

/**
 * Proves what a connector of a well-known API promises: it reads everything, again only what changed, loses nothing when it is
 * interrupted, and deletes only what is proven to be deleted. A page of the API has two records.
 */
export function describeApiShape(name: string, shape: ApiShape): void {
  const startShape = shapeStarter();
  const start = () => startShape(shape);
  const middle = shape.inOneResponse === true ? 1 : 2;
  /** What the index should have: without proof of a delete, the document stays. */
  const expected = (records: ChangingRecords, kept: Readonly<Record<string, string>>) =>
    shape.deletes === 'nothing' ? { ...kept, ...records.titles } : records.titles;

  describe(`a connector of ${name}`, () => {
    test('is read to its end when the API limits requests in the middle', async () => {
      const { records, api, place, run } = await start();
      records.put('one', ...IDS);
      api.replyOnce(middle, shape.rateLimited);
      await run();
      expect(api.requests).toBeGreaterThan(middle);
      expect(place.titles).toEqual(records.titles);
    });

    test('gives later runs what was added, changed and deleted, and nothing else', async () => {
      const { records, place, run } = await start();
      records.put('one', ...IDS);
      await run();
      records.put('two', '1');
      records.remove('2');
      records.put('one', '6');
      const second = await run();
      expect(second).toMatchObject({
        upserted: ['1', '6'],
        deleted: shape.deletes === 'nothing' ? [] : ['2'],
        holdReason: null,
      });
      // A listing of changes may begin with the latest record of the run before.
      expect(second.counts['seen']).toBeLessThanOrEqual(shape.reads === 'whole' ? 5 : 4);
      expect(place.titles).toEqual(expected(records, { 2: 'one' }));

      records.put('three', '6');
      records.remove('1');
      expect(await run()).toMatchObject({
        upserted: ['6'],
        deleted: shape.deletes === 'nothing' ? [] : ['1'],
      });
      expect(await run()).toMatchObject({ upserted: [], deleted: [], holdReason: null });
      expect(place.titles).toEqual(expected(records, { 1: 'two', 2: 'one' }));
    });

    test('loses no record that lives, whatever changes between pages', async () => {
      const { records, api, place, run } = await start();
      records.put('one', ...IDS);
      await run();
      records.put('two', '3', '4', '5');
      api.reset();
      api.after(1, () => {
        records.remove('1', '3');
        records.put('one', '6', '7');
      });
      api.after(2, () => {
        records.put('three', '2', '5');
        records.remove('6');
      });
      // A listing that the API changes too much may fail, which changes nothing.
      await run().catch(() => undefined);
      const known = new Set(Object.keys(place.titles));
      const live = records.live.map(({ id }) => id);
      expect(live.filter((id) => id <= '5' && !known.has(id))).toEqual([]);

      api.reset();
      await run();
      const { titles } = records;
      const { titles: indexed } = place;
      expect(shape.deletes === 'nothing' ? { ...indexed, ...titles } : titles).toEqual(indexed);
    });

    test('changes nothing when its connection breaks in the middle, and is read again by the next run', async () => {
      const { records, api, place, run } = await start();
      records.put('one', ...IDS);
      await run();
      const before = place.titles;
      records.put('two', '1', '3', '4');
      records.remove('5');
      api.reset();
      api.replyFrom(middle, cutOff(shape.mediaType));
      await expect(run()).rejects.toMatchObject({ code: 'SOURCE_LOST' });
      expect(place.titles).toEqual(before);
      api.reset();
      expect(await run()).toMatchObject({ upserted: ['1', '3', '4'] });
      expect(place.titles).toEqual(expected(records, { 5: 'one' }));
    });

    for (const [what, { reply, code }] of Object.entries(shape.failures ?? {})) {
      test(`changes nothing when ${what}, and is read again by the next run`, async () => {
        const { records, api, place, run } = await start();
        records.put('one', ...IDS);
        await run();
        const before = place.titles;
        records.put('two', '1', '3', '4');
        records.remove('5');
        api.reset();
        api.replyFrom(middle, reply);
        await expect(run()).rejects.toMatchObject({ code });
        expect(place.titles).toEqual(before);
        api.reset();
        await run();
        expect(place.titles).toEqual(expected(records, { 5: 'one' }));
      });
    }
  });
}
