import { afterEach, describe, expect, test } from '@jest/globals';
import {
  DeliveryPlace,
  docIds,
  NUMBERED_BRANCH,
  type PlaceOptions,
} from '../../support/pipeline/delivery-place.ts';

const PURGE = 'documents:purge';

let place: DeliveryPlace | undefined;

afterEach(async () => {
  await place?.close();
  place = undefined;
});

/** A data store with the documents `hr:1` to `hr:9`. */
async function open(options: PlaceOptions = {}): Promise<DeliveryPlace> {
  place = await DeliveryPlace.open(options);
  await place.run('R0', { upserts: docIds(9) });
  return place;
}

/** What the dry purge says in place of what is so. */
const counting = (response: object) => ({
  kind: 'answer' as const,
  httpStatus: 200,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ name: `${NUMBERED_BRANCH}/operations/purge-documents-9`, done: true, response }),
});
const nameOf = (id: string) => `${NUMBERED_BRANCH}/documents/${id}`;

describe('a purge', () => {
  test('is tried out first, and then names the same files', async () => {
    const here = await open();
    const manifest = await here.publish('R1', { deletes: docIds(3) });
    const [uri] = manifest.files.filter(({ kind }) => kind === 'deletes.discovery').map((file) => file.uri);
    expect(await here.deliver(manifest)).toEqual({ upserts: 0, deletes: 3, rejected: 0 });
    const gcsSource = { inputUris: [uri], dataSchema: 'document_id' };
    const marked = (attempt: string): unknown =>
      expect.stringMatching(
        new RegExp(`^gs://company-sync/connectors/hr/runs/R1/errors/${attempt}-[0-9a-f]{12}/$`),
      );
    expect(here.bodies(PURGE)).toEqual([
      { filter: '*', gcsSource, force: false, errorConfig: { gcsPrefix: marked('purge-1-count-1') } },
      { filter: '*', gcsSource, force: true, errorConfig: { gcsPrefix: marked('purge-1-1') } },
    ]);
    expect(here.indexed()).toEqual(['hr__4', 'hr__5', 'hr__6', 'hr__7', 'hr__8', 'hr__9']);
    expect(here.google.engine.violations).toEqual([]);
  });

  test('takes documents that are not there for deleted', async () => {
    const here = await open();
    expect(await here.run('R1', { deletes: docIds(4, 8) })).toEqual({ upserts: 0, deletes: 4, rejected: 0 });
    expect(here.indexed()).toHaveLength(7);
  });

  test('of 100,000 documents is one operation', async () => {
    const here = await open({ keepContent: false });
    expect(await here.run('R1', { deletes: docIds(100_000) })).toEqual({
      upserts: 0,
      deletes: 100_000,
      rejected: 0,
    });
    const kinds = here.google.engine.operations.slice(1).map(({ kind }) => kind);
    // One that counts, and one that deletes.
    expect(kinds).toEqual(['purge', 'purge']);
    expect(here.requests('DELETE')).toEqual([]);
    expect(here.indexed()).toEqual([]);
  });

  test.each([
    ['would delete more documents than are to go', { purgeCount: '4' }, 'it would delete 4 documents, and 3'],
    [
      'would delete another document',
      { purgeCount: '3', purgeSample: [nameOf('hr__1'), nameOf('hr__7')] },
      'it would delete hr__7, which',
    ],
    ['would delete all there are', { purgeCount: '9007199254740991' }, 'documents, and 3'],
  ])('that %s is not carried out', async (_, response, words) => {
    const here = await open();
    here.google.engine.fail({ when: { path: PURGE }, how: counting(response) });
    await expect(here.run('R1', { deletes: docIds(3) })).rejects.toMatchObject({
      code: 'GEMINI_PURGE_UNSAFE',
      message: expect.stringContaining(words),
      retryable: false,
    });
    expect(here.bodies(PURGE)).toMatchObject([{ force: false }]);
    expect(here.indexed()).toHaveLength(9);
  });

  test.each([
    ['fewer documents than are to go', { purgeCount: '2', purgeSample: [nameOf('hr__1')] }],
    ['none, which is left out', {}],
  ])('that would delete %s is carried out', async (_, response) => {
    const here = await open();
    here.google.engine.fail({ when: { path: PURGE }, how: counting(response) });
    expect(await here.run('R1', { deletes: docIds(3) })).toMatchObject({ deletes: 3 });
  });

  test('whose count is not a number is not carried out', async () => {
    const here = await open();
    here.google.engine.fail({ when: { path: PURGE }, how: counting({ purgeCount: 'all' }) });
    await expect(here.run('R1', { deletes: docIds(3) })).rejects.toMatchObject({ code: 'GEMINI_REFUSED' });
    expect(here.indexed()).toHaveLength(9);
  });

  test('whose answer is lost after it had its effect is asked for again, and its documents are gone', async () => {
    const here = await open({ pollsUntilDone: 3 });
    const when = { path: PURGE, body: (body: unknown) => (body as { force: boolean }).force };
    here.google.engine.fail({ when, how: { kind: 'drop', effect: 'after' } });
    expect(await here.run('R1', { deletes: docIds(3) })).toEqual({ upserts: 0, deletes: 3, rejected: 0 });
    const states = here.google.engine.operations.slice(1).map(({ state }) => state);
    expect(states).toEqual(['done', 'done', 'done']);
    expect(here.indexed()).toHaveLength(6);
  });

  test('that a killed process began is waited for, and not counted again', async () => {
    const here = await open({ pollsUntilDone: 2 });
    const manifest = await here.publish('R1', { deletes: docIds(3) });
    const stop = new AbortController();
    here.onWait = async () => {
      if ((await here.steps('R1')).some(({ name, state }) => name === 'purge-1' && state === 'running')) {
        stop.abort(new Error('killed'));
      }
    };
    await expect(here.deliver(manifest, { signal: stop.signal })).rejects.toThrow('killed');
    here.onWait = () => undefined;
    expect(await here.deliver(manifest)).toEqual({ upserts: 0, deletes: 3, rejected: 0 });
    expect(here.bodies(PURGE)).toMatchObject([{ force: false }, { force: true }]);
  });

  test('of which a killed process had only the count is counted again', async () => {
    const here = await open({ pollsUntilDone: 2 });
    const manifest = await here.publish('R1', { deletes: docIds(3) });
    const stop = new AbortController();
    here.onWait = () => {
      stop.abort(new Error('killed'));
    };
    await expect(here.deliver(manifest, { signal: stop.signal })).rejects.toThrow('killed');
    here.onWait = () => undefined;
    expect(await here.deliver(manifest)).toEqual({ upserts: 0, deletes: 3, rejected: 0 });
    expect(here.google.engine.operations).toHaveLength(3);
    expect(here.bodies(PURGE)).toMatchObject([{ force: false }, { force: true }]);
  });

  test('that fails for some documents and does not say which proves nothing', async () => {
    const here = await open({ errorForm: 'anonymous' });
    const manifest = await here.publish('R1', { deletes: docIds(3) });
    const [file] = manifest.files.filter(({ kind }) => kind === 'deletes.discovery');
    await here.google.gcs.write('company-sync', file?.name ?? '', Buffer.from('hr__1\nhr.2\nhr__3\n'));
    await expect(here.deliver(manifest)).rejects.toMatchObject({ code: 'GEMINI_UNPROVEN' });
    expect(await here.rejections('R1')).toMatchObject([
      { docId: 'hr:1', outcome: 'unknown' },
      { docId: 'hr:2', outcome: 'unknown' },
      { docId: 'hr:3', outcome: 'unknown' },
    ]);
  });
});
