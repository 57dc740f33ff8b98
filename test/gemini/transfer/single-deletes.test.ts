import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { BridgeError } from '../../../src/core/errors.ts';
import { DELETES_PARALLEL, DELETES_PER_STEP, PURGE_REFUSAL_HOURS } from '../../../src/gemini/limits.ts';
import { answer, unavailable } from '../../stand-ins/discovery-engine/faults.ts';
import { DeliveryPlace, docIds, type PlaceOptions } from '../../support/pipeline/delivery-place.ts';

let place: DeliveryPlace | undefined;

afterEach(async () => {
  jest.useRealTimers();
  await place?.close();
  place = undefined;
});

/** A data store with the documents `hr:1` to `hr:9`, whose caller may not purge. */
async function open(options: PlaceOptions = {}): Promise<DeliveryPlace> {
  place = await DeliveryPlace.open({ permissions: { purge: false }, ...options });
  await place.run('R0', { upserts: docIds(9) });
  return place;
}

/** Stops the wall clock at a time; timers continue. */
function setDate(time: number): void {
  jest.useFakeTimers({
    now: time,
    doNotFake: [
      'hrtime',
      'nextTick',
      'performance',
      'queueMicrotask',
      'setImmediate',
      'clearImmediate',
      'setInterval',
      'clearInterval',
      'setTimeout',
      'clearTimeout',
    ],
  });
}

const deleted = (here: DeliveryPlace) => here.requests('DELETE').map(({ path }) => path.split('/').at(-1));

describe('a caller that may not purge', () => {
  test('deletes one by one, and is told what to grant', async () => {
    const here = await open();
    expect(await here.run('R1', { deletes: docIds(3) })).toEqual({ upserts: 0, deletes: 3, rejected: 0 });
    expect(deleted(here).sort()).toEqual(['hr__1', 'hr__2', 'hr__3']);
    expect(here.indexed()).toHaveLength(6);
    expect(here.lines.join('')).toContain('roles/discoveryengine.admin');
  });

  test('is not asked to purge this data store again for some time, whatever the clock of this machine says', async () => {
    const here = await open();
    const asked = async (run: string, id: number) => {
      const before = here.requests('documents:purge').length;
      await here.run(run, { deletes: docIds(1, id) });
      return here.requests('documents:purge').length - before;
    };
    expect(await asked('R1', 1)).toBe(1);
    expect(await asked('R2', 2)).toBe(0);
    // The clock of this machine may be wrong: that of the database decides.
    setDate(Date.now() + 2 * PURGE_REFUSAL_HOURS * 3_600_000);
    expect(await asked('R3', 3)).toBe(0);
    expect(here.indexed()).toHaveLength(6);
  });

  test('begins no delete once its lease is lost, however many run at once', async () => {
    const here = await open();
    let held = 1_000;
    here.leases.hold({
      isFresh: () => (held -= 1) > 0,
      requireHeld: () => Promise.reject(new BridgeError('LEASE_LOST', 'another run took over')),
      release: () => Promise.resolve(),
    });
    const manifest = await here.publish('R1', { deletes: docIds(9) });
    const original = here.requests('DELETE').length;
    // A wait for a place in the quota, or for a retry, is where a run is suspended.
    here.google.engine.fail({
      when: { method: 'DELETE', path: '/documents/' },
      times: 9,
      how: unavailable(),
    });
    here.onWait = () => {
      held = 0;
    };
    await expect(here.deliver(manifest)).rejects.toMatchObject({ code: 'LEASE_LOST' });
    expect(here.requests('DELETE').length - original).toBeLessThanOrEqual(DELETES_PARALLEL);
    expect(here.indexed()).toHaveLength(9);
  });

  test('takes a document that is not there for deleted', async () => {
    const here = await open();
    expect(await here.run('R1', { deletes: docIds(3, 8) })).toEqual({ upserts: 0, deletes: 3, rejected: 0 });
    expect(here.indexed()).toHaveLength(7);
  });

  test('has a document rejected that cannot be deleted, and the others go', async () => {
    const here = await open();
    here.google.engine.fail({
      when: { method: 'DELETE', path: 'hr__2' },
      how: answer('INVALID_ARGUMENT', 'No.'),
    });
    here.google.engine.fail({
      when: { method: 'DELETE', path: 'hr__3' },
      how: answer('FAILED_PRECONDITION', 'Not now.'),
    });
    expect(await here.run('R1', { deletes: docIds(4) })).toEqual({ upserts: 0, deletes: 2, rejected: 2 });
    expect(await here.rejections('R1')).toEqual([
      { docId: 'hr:2', reason: expect.stringContaining('No.'), outcome: 'refused' },
      { docId: 'hr:3', reason: expect.stringContaining('Not now.'), outcome: 'refused' },
    ]);
    expect(here.indexed()).toEqual(['hr__2', 'hr__3', 'hr__5', 'hr__6', 'hr__7', 'hr__8', 'hr__9']);
  });

  test('goes on where a killed process stopped, and keeps what it had rejected', async () => {
    const here = await open();
    const ids = docIds(DELETES_PER_STEP + 20);
    here.google.engine.fail({
      when: { method: 'DELETE', path: /hr__2$/ },
      how: answer('INVALID_ARGUMENT', 'No.'),
    });
    const last = `hr__${DELETES_PER_STEP + 20}`;
    here.google.engine.fail({ when: { method: 'DELETE', path: last }, times: 2, how: unavailable() });
    const manifest = await here.publish('R1', { deletes: ids });
    await expect(here.deliver(manifest)).rejects.toMatchObject({
      code: 'GEMINI_UNREACHABLE',
      retryable: true,
    });
    const first = deleted(here);
    expect(first).toContain('hr__1');
    expect(await here.deliver(manifest)).toEqual({ upserts: 0, deletes: ids.length - 1, rejected: 1 });
    const second = deleted(here).slice(first.length);
    expect(second).toHaveLength(20);
    expect(second).not.toContain('hr__1');
    const requests = here.requests('DELETE').length;
    expect(await here.deliver(manifest)).toEqual({ upserts: 0, deletes: ids.length - 1, rejected: 1 });
    expect(here.requests('DELETE')).toHaveLength(requests);
  });

  test('begins nothing more, and leaves nothing under way, when one fails for a reason that is everybody’s', async () => {
    const here = await open();
    // The first to arrive; all others would be deleted.
    here.google.engine.fail({
      when: { method: 'DELETE', path: 'documents' },
      how: answer('PERMISSION_DENIED'),
    });
    await expect(here.run('R1', { deletes: docIds(200) })).rejects.toMatchObject({
      code: 'GEMINI_PERMISSION',
    });
    const begun = here.requests('DELETE').length;
    expect(begun).toBeGreaterThanOrEqual(1);
    expect(begun).toBeLessThan(200);
    await here.run('R2', { upserts: docIds(1) });
    expect(here.requests('DELETE')).toHaveLength(begun);
  });
});
