import { afterEach, describe, expect, test } from '@jest/globals';
import { INLINE_DOCUMENTS_MAX } from '../../../src/gemini/limits.ts';
import {
  BRANCH,
  DeliveryPlace,
  docIds,
  NUMBERED_BRANCH,
  type PlaceOptions,
} from '../../support/pipeline/delivery-place.ts';

let place: DeliveryPlace | undefined;

afterEach(async () => {
  await place?.close();
  place = undefined;
});

async function open(count: number, options: PlaceOptions = {}): Promise<DeliveryPlace> {
  place = await DeliveryPlace.open({ inline: true, ...options });
  await place.run('R0', { upserts: docIds(count) });
  return place;
}

interface PurgeBody {
  readonly force: boolean;
  readonly inlineSource: { readonly documents: readonly string[] };
}

describe('a purge that names its documents', () => {
  test('names a limited number in full, and makes a trial purge each time', async () => {
    const count = INLINE_DOCUMENTS_MAX + 3;
    const here = await open(count + 2);
    expect(await here.run('R1', { deletes: docIds(count) })).toEqual({
      upserts: 0,
      deletes: count,
      rejected: 0,
    });
    const bodies = here.bodies('documents:purge') as PurgeBody[];
    expect(bodies.map(({ force, inlineSource }) => [force, inlineSource.documents.length])).toEqual([
      [false, INLINE_DOCUMENTS_MAX],
      [true, INLINE_DOCUMENTS_MAX],
      [false, 3],
      [true, 3],
    ]);
    expect(bodies[0]?.inlineSource.documents[0]).toBe(`${BRANCH}/documents/hr__1`);
    expect(here.indexed()).toHaveLength(2);
    expect(here.google.engine.violations).toEqual([]);
  });

  test('that would delete more is not carried out', async () => {
    const here = await open(5);
    here.google.engine.fail({
      when: { path: 'documents:purge' },
      how: {
        kind: 'answer',
        httpStatus: 200,
        headers: {},
        body: JSON.stringify({
          name: `${NUMBERED_BRANCH}/operations/1`,
          done: true,
          response: { purgeCount: '5' },
        }),
      },
    });
    await expect(here.run('R1', { deletes: docIds(2) })).rejects.toMatchObject({
      code: 'GEMINI_PURGE_UNSAFE',
    });
    expect(here.indexed()).toHaveLength(5);
  });

  test('is replaced by single deletes for a caller that may not purge', async () => {
    const here = await open(5, { permissions: { purge: false } });
    expect(await here.run('R1', { deletes: docIds(2) })).toEqual({ upserts: 0, deletes: 2, rejected: 0 });
    expect(here.requests('DELETE')).toHaveLength(2);
    expect(here.indexed()).toHaveLength(3);
  });

  test('is not made again when it was acknowledged', async () => {
    const here = await open(5);
    const manifest = await here.publish('R1', { deletes: docIds(2) });
    await here.deliver(manifest);
    const requests = here.requests('POST').length;
    expect(await here.deliver(manifest)).toEqual({ upserts: 0, deletes: 2, rejected: 0 });
    expect(here.requests('POST')).toHaveLength(requests);
  });
});
