import { afterEach, describe, expect, test } from '@jest/globals';
import { BridgeError } from '../../../src/core/errors.ts';
import { DeliveryPlace, docIds, type PlaceOptions } from '../../support/pipeline/delivery-place.ts';

let place: DeliveryPlace | undefined;

afterEach(async () => {
  await place?.close();
  place = undefined;
});

/** A data store that does not take these documents of `hr:1` to `hr:9`. */
const refusing = (...numbers: readonly number[]): PlaceOptions => ({
  rejectDocument: ({ id }) =>
    numbers.some((number) => id === `hr__${number}`) ? `${String(id)} is odd.` : undefined,
});
const open = async (options: PlaceOptions = {}) => (place = await DeliveryPlace.open(options));
const NINE = { upserts: docIds(9) };
const refused = (...numbers: readonly number[]) =>
  numbers.map((number) => ({ docId: `hr:${number}`, reason: `hr__${number} is odd.`, outcome: 'refused' }));

describe('an import in which some documents failed', () => {
  test('rejects exactly those when Google names them', async () => {
    const here = await open({ ...refusing(2, 5), errorForm: 'document' });
    expect(await here.run('R1', NINE)).toEqual({ upserts: 7, deletes: 0, rejected: 2 });
    expect(await here.rejections()).toEqual(refused(2, 5));
    expect(here.indexed()).toHaveLength(7);
  });

  test('rejects exactly those when Google names their lines, and one is the last of its file', async () => {
    const here = await open({ ...refusing(2, 5, 9), errorForm: 'line' });
    expect(await here.run('R1', NINE)).toEqual({ upserts: 6, deletes: 0, rejected: 3 });
    expect(await here.rejections()).toEqual(refused(2, 5, 9));
  });

  test('rejects a neighbour, too, when lines may be counted from 0 or from 1', async () => {
    const here = await open({ ...refusing(2), errorForm: 'line' });
    expect(await here.run('R1', NINE)).toEqual({ upserts: 7, deletes: 0, rejected: 2 });
    expect(await here.rejections()).toEqual([
      { docId: 'hr:2', reason: 'hr__2 is odd.', outcome: 'unknown' },
      { docId: 'hr:3', reason: 'hr__2 is odd.', outcome: 'unknown' },
    ]);
  });

  test('finds lines in each of several files', async () => {
    const here = await open({ ...refusing(2, 5), errorForm: 'line' });
    // Each line is the last of its file.
    expect(await here.run('R1', { ...NINE, partBytes: 1 })).toEqual({ upserts: 7, deletes: 0, rejected: 2 });
    expect(await here.rejections()).toEqual(refused(2, 5));
  });

  test('reads more failures than there are samples, from all the files that Google wrote', async () => {
    const here = await open({
      ...refusing(1, 2, 4, 6, 8),
      errorForm: 'document',
      errorSamples: 1,
      errorsPerShard: 2,
    });
    expect(await here.run('R1', NINE)).toEqual({ upserts: 4, deletes: 0, rejected: 5 });
    expect(await here.rejections()).toEqual(refused(1, 2, 4, 6, 8));
  });

  test('may be one in which all failed, each for itself', async () => {
    const here = await open({ ...refusing(1, 2), errorForm: 'document' });
    // Google leaves out the count of successes, which is 0.
    expect(await here.run('R1', { upserts: docIds(2) })).toEqual({ upserts: 0, deletes: 0, rejected: 2 });
    expect(await here.rejections()).toEqual(refused(1, 2));
  });

  test('proves nothing when Google names none of them', async () => {
    const here = await open({ ...refusing(2), errorForm: 'anonymous' });
    await expect(here.run('R1', NINE)).rejects.toMatchObject({
      code: 'GEMINI_UNPROVEN',
      message: expect.stringContaining('hr__2 is odd.'),
      hint: expect.stringContaining('gs://company-sync/connectors/hr/runs/R1/errors/import-1-1'),
    });
    const rejections = await here.rejections();
    expect(rejections.map(({ docId }) => docId)).toEqual(docIds(9));
    expect(new Set(rejections.map(({ outcome }) => outcome))).toEqual(new Set(['unknown']));
  });

  test('proves nothing when Google names others than were sent', async () => {
    const here = await open({ ...refusing(2), errorForm: 'document' });
    const manifest = await here.publish('R1', NINE);
    const name = 'projects/1/locations/eu/collections/c/dataStores/hr/branches/0/documents/hr__10';
    const store = {
      ...here.store,
      list: () => Promise.resolve(['failures']),
      open: (artifact: string) =>
        artifact === 'failures'
          ? Promise.resolve(oneChunk(JSON.stringify({ message: name })))
          : here.store.open(artifact),
    };
    await expect(here.deliver(manifest, { store })).rejects.toMatchObject({ code: 'GEMINI_UNPROVEN' });
    expect(await here.rejections()).toHaveLength(9);
  });

  test('proves nothing when the counts do not add up', async () => {
    const here = await open();
    here.google.engine.fail({
      when: { path: 'documents:import' },
      how: { kind: 'miscount', successCount: 8 },
    });
    await expect(here.run('R1', NINE)).rejects.toMatchObject({
      code: 'GEMINI_UNPROVEN',
      message: expect.stringContaining('9 documents were sent, and 8 succeeded and 0 failed'),
    });
    expect(await here.rejections()).toHaveLength(9);
  });

  describe('and the files of failures may not be read', () => {
    async function deliverFrom(here: DeliveryPlace) {
      const closed = () => Promise.reject(new BridgeError('ARTIFACT_PERMISSION', 'You may not read this.'));
      return here.deliver(await here.publish('R1', NINE), { store: { ...here.store, list: closed } });
    }

    test('is judged by the samples', async () => {
      const here = await open({ ...refusing(2, 5), errorForm: 'document', errorSamples: 2 });
      expect(await deliverFrom(here)).toEqual({ upserts: 7, deletes: 0, rejected: 2 });
      expect(await here.rejections()).toEqual(refused(2, 5));
    });

    test('proves nothing when there are fewer samples than failures', async () => {
      const here = await open({ ...refusing(2, 5, 7), errorForm: 'document', errorSamples: 2 });
      await expect(deliverFrom(here)).rejects.toMatchObject({ code: 'GEMINI_UNPROVEN' });
      expect(await here.rejections()).toHaveLength(9);
    });
  });

  test('is judged by the next run when the bucket cannot be reached', async () => {
    const here = await open({ ...refusing(2), errorForm: 'document' });
    const manifest = await here.publish('R1', NINE);
    const away = () => Promise.reject(new BridgeError('ARTIFACT_READ_FAILED', 'The bucket is away.'));
    const delivery = here.deliver(manifest, { store: { ...here.store, list: away } });
    await expect(delivery).rejects.toMatchObject({ code: 'ARTIFACT_READ_FAILED', retryable: true });
    expect(await here.steps()).toEqual([{ name: 'import-1', state: 'running' }]);
    expect(await here.deliver(manifest)).toEqual({ upserts: 8, deletes: 0, rejected: 1 });
    expect(here.google.engine.operations).toHaveLength(1);
  });

  test('is written into the journal before its step ends', async () => {
    const here = await open({ ...refusing(2), errorForm: 'document' });
    await here.run('R1', NINE);
    const [step] = await here.journal().steps();
    expect(step).toMatchObject({ state: 'done', detail: { acknowledged: 8, rejected: 1 } });
  });
});

async function* oneChunk(text: string): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(Buffer.from(text));
}
