import { afterEach, describe, expect, test } from '@jest/globals';
import { INLINE_BYTES_MAX, INLINE_DOCUMENTS_MAX } from '../../../src/gemini/limits.ts';
import { DeliveryPlace, docIds, type PlaceOptions } from '../../support/pipeline/delivery-place.ts';

const IMPORT = { path: 'documents:import' } as const;

let place: DeliveryPlace | undefined;

afterEach(async () => {
  await place?.close();
  place = undefined;
});

const open = async (options: PlaceOptions = {}) =>
  (place = await DeliveryPlace.open({ inline: true, ...options }));
const refusing = (...ids: readonly string[]): PlaceOptions => ({
  rejectDocument: ({ id }) => (ids.includes(String(id)) ? `${String(id)} is odd.` : undefined),
});
const sizes = (here: DeliveryPlace) =>
  here.bodies('documents:import').map((body) => documentsIn(body).length);
const documentsIn = (body: unknown) =>
  (body as { inlineSource: { documents: unknown[] } }).inlineSource.documents;

describe('documents that travel in the requests', () => {
  test('are sent in requests of limited count, and arrive as they are in the artifact', async () => {
    const here = await open();
    const count = 2 * INLINE_DOCUMENTS_MAX + 5;
    expect(await here.run('R1', { upserts: docIds(count) })).toEqual({
      upserts: count,
      deletes: 0,
      rejected: 0,
    });
    expect(sizes(here)).toEqual([INLINE_DOCUMENTS_MAX, INLINE_DOCUMENTS_MAX, 5]);
    expect(here.indexed()).toHaveLength(count);
    expect(here.google.engine.violations).toEqual([]);
    const [body] = here.bodies('documents:import');
    expect(body).toMatchObject({ reconciliationMode: 'INCREMENTAL' });
    expect(documentsIn(body)[0]).toEqual({
      id: 'hr__1',
      jsonData: JSON.stringify({ doc_id: 'hr:1', title: 'hr:1', content: 'text' }),
    });
    expect(body).not.toHaveProperty('errorConfig');
  });

  test('are sent in requests of limited size, counted in UTF-8 bytes', async () => {
    const here = await open({ keepContent: true });
    // Three bytes each: ten of these are one byte more than may travel together.
    const content = '漢'.repeat(Math.ceil(INLINE_BYTES_MAX / 30));
    await here.run('R1', { upserts: docIds(20), content });
    const bytes = here
      .bodies('documents:import')
      .map((body) =>
        documentsIn(body).reduce<number>((sum, one) => sum + Buffer.byteLength(JSON.stringify(one)), 0),
      );
    expect(sizes(here)).toEqual([9, 9, 2]);
    expect(Math.max(...bytes)).toBeLessThanOrEqual(INLINE_BYTES_MAX);
  });

  test('travel alone when one is larger than what may travel together', async () => {
    const here = await open();
    await here.run('R1', { upserts: docIds(2), content: 'x'.repeat(INLINE_BYTES_MAX) });
    expect(sizes(here)).toEqual([1, 1]);
  });

  test.each(['line', 'document'] as const)(
    'are rejected one by one when they are named as failed (%s)',
    async (errorForm) => {
      const here = await open({ ...refusing('hr__2', 'hr__4'), errorForm });
      expect(await here.run('R1', { upserts: docIds(5) })).toEqual({ upserts: 3, deletes: 0, rejected: 2 });
      expect(await here.rejections()).toEqual([
        { docId: 'hr:2', reason: 'hr__2 is odd.', outcome: 'refused' },
        { docId: 'hr:4', reason: 'hr__4 is odd.', outcome: 'refused' },
      ]);
      expect(sizes(here)).toEqual([5]);
    },
  );

  test('are halved until each failed document is alone, when Google does not name it', async () => {
    const here = await open({ ...refusing('hr__2', 'hr__7'), errorForm: 'anonymous' });
    const manifest = await here.publish('R1', { upserts: docIds(8) });
    expect(await here.deliver(manifest)).toEqual({ upserts: 6, deletes: 0, rejected: 2 });
    expect(await here.rejections()).toEqual([
      // The first request may have taken them, for all that is known.
      { docId: 'hr:2', reason: 'hr__2 is odd.', outcome: 'unknown' },
      { docId: 'hr:7', reason: 'hr__7 is odd.', outcome: 'unknown' },
    ]);
    const requests = here.requests('POST').length;
    expect(await here.deliver(manifest)).toEqual({ upserts: 6, deletes: 0, rejected: 2 });
    expect(here.requests('POST')).toHaveLength(requests);
  });

  test('are halved, too, when there are more failures than samples', async () => {
    const ids = docIds(4).map((id) => id.replace(':', '__'));
    const here = await open({ ...refusing(...ids), errorForm: 'document', errorSamples: 3 });
    expect(await here.run('R1', { upserts: docIds(5) })).toEqual({ upserts: 1, deletes: 0, rejected: 4 });
    expect(await here.rejections()).toHaveLength(4);
  });

  test.each([0, 3])(
    'have an unknown outcome when they are sent alone and Google counts %i of them as imported',
    async (successCount) => {
      const here = await open();
      here.google.engine.fail({ when: IMPORT, how: { kind: 'miscount', successCount }, times: 10 });
      expect(await here.run('R1', { upserts: docIds(2) })).toEqual({ upserts: 0, deletes: 0, rejected: 2 });
      expect(await here.rejections()).toMatchObject([{ outcome: 'unknown' }, { outcome: 'unknown' }]);
      expect(sizes(here)).toEqual([2, 1, 1]);
    },
  );

  test('are reported as unchanged when their only request is refused', async () => {
    const here = await open({ ...refusing('hr__1'), errorForm: 'anonymous' });
    expect(await here.run('R1', { upserts: docIds(1) })).toEqual({ upserts: 0, deletes: 0, rejected: 1 });
    expect(await here.rejections()).toEqual([{ docId: 'hr:1', reason: 'hr__1 is odd.', outcome: 'refused' }]);
  });

  test('are not sent twice when the process was killed', async () => {
    const here = await open({ pollsUntilDone: 2 });
    const manifest = await here.publish('R1', { upserts: docIds(INLINE_DOCUMENTS_MAX + 3) });
    const stop = new AbortController();
    here.onWait = () => {
      if (here.waits.length === 4) stop.abort(new Error('killed'));
    };
    await expect(here.deliver(manifest, { signal: stop.signal })).rejects.toThrow('killed');
    here.onWait = () => undefined;
    expect(await here.deliver(manifest)).toMatchObject({ upserts: INLINE_DOCUMENTS_MAX + 3 });
    expect(sizes(here)).toEqual([INLINE_DOCUMENTS_MAX, 3]);
  });

  test('are waited for and sent again when their answer is lost', async () => {
    const here = await open({ pollsUntilDone: 3 });
    here.google.engine.fail({ when: IMPORT, how: { kind: 'drop', effect: 'after' } });
    expect(await here.run('R1', { upserts: docIds(3) })).toEqual({ upserts: 3, deletes: 0, rejected: 0 });
    expect(here.google.engine.overlaps).toBe(0);
    expect(here.google.engine.operations).toMatchObject([{ state: 'done' }, { state: 'done' }]);
  });
});

describe('a full reconciliation', () => {
  test('is refused, because it takes files that Google can read', async () => {
    const here = await open();
    const delivery = here.run('R1', { upserts: docIds(2), reconciliation: 'full' });
    await expect(delivery).rejects.toMatchObject({ code: 'RECONCILIATION_REFUSED' });
    expect(here.requests('POST')).toEqual([]);
  });
});
