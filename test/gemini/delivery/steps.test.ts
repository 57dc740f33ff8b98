import { afterEach, describe, expect, test } from '@jest/globals';
import {
  OPERATION_ATTEMPTS_MAX,
  OPERATION_BUSY_ATTEMPTS_MAX,
  OPERATION_POLL_SECONDS_MAX,
} from '../../../src/gemini/limits.ts';
import { answer, quotaExceeded, unavailable, type Fault } from '../../stand-ins/discovery-engine/faults.ts';
import { DeliveryPlace, docIds, type PlaceOptions } from '../../support/pipeline/delivery-place.ts';

const IMPORT = { method: 'POST', path: 'documents:import' } as const;
const LONG_MS = OPERATION_POLL_SECONDS_MAX * 1_000;

let place: DeliveryPlace | undefined;

afterEach(async () => {
  await place?.close();
  place = undefined;
});

const open = async (options: PlaceOptions = {}) => (place = await DeliveryPlace.open(options));
const TWO = { upserts: docIds(2) };
const TWO_IN = { upserts: 2, deletes: 0, rejected: 0 };
const attempts = async (here: DeliveryPlace) =>
  (await here.journal().steps()).map(({ name, detail }) => [name, detail['attempt']]);

describe('a request whose answer is lost', () => {
  test('after it had its effect: its operation is found, waited for, and not asked for again', async () => {
    const here = await open({ pollsUntilDone: 3 });
    here.google.engine.fail({ when: IMPORT, how: { kind: 'drop', effect: 'after' } });
    expect(await here.run('R1', TWO)).toEqual(TWO_IN);
    expect(here.requests('documents:import')).toHaveLength(1);
    expect(here.google.engine.operations).toMatchObject([{ state: 'done', polls: 3 }]);
    const [step] = await here.journal().steps();
    expect(step?.operation).toBe(here.google.engine.operations[0]?.name);
  });

  test('before it had any effect: it is sent again, with a fresh folder for its failures', async () => {
    const here = await open();
    here.google.engine.fail({ when: IMPORT, how: { kind: 'drop', effect: 'before' } });
    expect(await here.run('R1', TWO)).toEqual(TWO_IN);
    expect(here.google.engine.operations).toHaveLength(1);
    expect(here.bodies('documents:import')).toMatchObject([
      { errorConfig: { gcsPrefix: expect.stringMatching(/errors\/import-1-1-[0-9a-f]{12}\/$/) } },
      { errorConfig: { gcsPrefix: expect.stringMatching(/errors\/import-1-2-[0-9a-f]{12}\/$/) } },
    ]);
    expect(here.waits).toContain(LONG_MS);
  });

  test('is found by the next process when this one is killed', async () => {
    const here = await open({ pollsUntilDone: 3 });
    here.google.engine.fail({ when: IMPORT, how: { kind: 'drop', effect: 'after' } });
    here.google.engine.fail({ when: { path: /operations$/ }, how: answer('INTERNAL'), times: 2 });
    const manifest = await here.publish('R1', TWO);
    await expect(here.deliver(manifest)).rejects.toMatchObject({
      code: 'GEMINI_UNREACHABLE',
      retryable: true,
    });
    expect(await here.steps()).toEqual([{ name: 'import-1', state: 'asked' }]);
    expect(await here.deliver(manifest)).toEqual(TWO_IN);
    expect(here.requests('documents:import')).toHaveLength(1);
  });

  test('is sent again with a warning when operations must not be listed', async () => {
    const here = await open({ permissions: { operationsList: false } });
    here.google.engine.fail({ when: IMPORT, how: { kind: 'drop', effect: 'after' } });
    expect(await here.run('R1', TWO)).toEqual(TWO_IN);
    expect(here.requests('documents:import')).toHaveLength(2);
    expect(here.lines.join('')).toContain('discoveryengine.operations.list');
  });

  test('each time is left to a later run, which checks before it sends', async () => {
    const here = await open();
    const fault = here.google.engine.fail({
      when: IMPORT,
      how: unavailable(),
      times: OPERATION_ATTEMPTS_MAX,
    });
    const manifest = await here.publish('R1', TWO);
    await expect(here.deliver(manifest)).rejects.toMatchObject({ code: 'GEMINI_UNCLEAR', retryable: true });
    expect(fault.hits).toBe(OPERATION_ATTEMPTS_MAX);
    expect(here.waits.filter((ms) => ms === LONG_MS)).toHaveLength(OPERATION_ATTEMPTS_MAX - 1);
    expect(await here.steps()).toEqual([{ name: 'import-1', state: 'asked' }]);
    const before = here.google.engine.requests.length;
    expect(await here.deliver(manifest)).toEqual(TWO_IN);
    const [, first] = here.google.engine.requests.slice(before);
    expect(`${first?.method} ${first?.path}`).toMatch(/^GET .*\/operations$/);
  });

  test('because it is not valid is searched for by the next run before it sends', async () => {
    const here = await open();
    const nonsense: Fault = { kind: 'answer', httpStatus: 200, headers: {}, body: '{}' };
    here.google.engine.fail({ when: IMPORT, how: nonsense });
    await expect(here.run('R1', TWO)).rejects.toMatchObject({ code: 'GEMINI_REFUSED' });
    expect(await here.steps()).toEqual([{ name: 'import-1', state: 'asked' }]);
    expect(await here.journal('R2').openSteps()).toMatchObject([{ name: 'import-1', state: 'asked' }]);
  });
});

describe('a quota that is used up', () => {
  test('is waited for as long as Google asks', async () => {
    const here = await open();
    here.google.engine.fail({ when: IMPORT, how: quotaExceeded('7') });
    expect(await here.run('R1', TWO)).toEqual(TWO_IN);
    expect(here.waits[0]).toBe(7_000);
    expect(here.google.engine.operations).toHaveLength(1);
  });

  test('for a long time leaves the delivery to later runs, however many there are', async () => {
    const here = await open({ retries: 0 });
    const runs = OPERATION_ATTEMPTS_MAX + 2;
    here.google.engine.fail({ when: IMPORT, how: quotaExceeded(), times: runs });
    const manifest = await here.publish('R1', TWO);
    for (let run = 1; run <= runs; run++) {
      await expect(here.deliver(manifest)).rejects.toMatchObject({ code: 'GEMINI_QUOTA', retryable: true });
      expect(await here.steps()).toEqual([{ name: 'import-1', state: 'refused' }]);
    }
    expect(await here.deliver(manifest)).toEqual(TWO_IN);
    expect(here.google.engine.operations).toHaveLength(1);
  });
});

describe('a data store that is busy', () => {
  test.each([['ABORTED'], ['FAILED_PRECONDITION']] as const)(
    '(%s) is asked again when the other operation has ended',
    async (name) => {
      const here = await open({ pollsUntilDone: 4 });
      const other = await here.publish('R0', { upserts: docIds(1, 7) });
      const stop = new AbortController();
      here.onWait = () => {
        stop.abort(new Error('killed'));
      };
      await expect(here.deliver(other, { signal: stop.signal })).rejects.toThrow('killed');
      // It belongs to another state, which is unknown to this one.
      const [step] = await here.journal('R0').steps();
      if (step !== undefined) await here.journal('R0').save({ ...step, state: 'done' });
      here.onWait = () => undefined;
      here.google.engine.fail({ when: IMPORT, how: answer(name, 'Another operation is running.') });
      expect(await here.run('R1', TWO)).toEqual(TWO_IN);
      expect(here.google.engine.operations).toMatchObject([{ state: 'done' }, { state: 'done' }]);
      expect(here.google.engine.overlaps).toBe(0);
      expect(here.waits).toContain(LONG_MS);
      expect(await attempts(here)).toEqual([['import-1', 1]]);
    },
  );

  test.each([
    ['ABORTED', 'GEMINI_BUSY', true],
    ['FAILED_PRECONDITION', 'GEMINI_PRECONDITION', false],
  ] as const)(
    '(%s) and stays so fails in the end with Google’s words, as %s',
    async (name, code, retryable) => {
      const here = await open();
      const fault = here.google.engine.fail({
        when: IMPORT,
        how: answer(name, 'The edition lacks this.'),
        times: 100,
      });
      const delivery = here.run('R1', TWO);
      await expect(delivery).rejects.toMatchObject({
        code,
        retryable,
        message: expect.stringContaining('The edition lacks this.'),
      });
      expect(fault.hits).toBe(OPERATION_BUSY_ATTEMPTS_MAX);
      expect(here.google.engine.operations).toEqual([]);
      expect(await here.steps()).toEqual([{ name: 'import-1', state: 'refused' }]);
    },
  );

  test('(FAILED_PRECONDITION) keeps a purge waiting just so', async () => {
    const here = await open();
    await here.run('R1', TWO);
    const when = { method: 'POST', path: 'documents:purge' };
    here.google.engine.fail({
      when,
      how: answer('FAILED_PRECONDITION'),
      times: OPERATION_BUSY_ATTEMPTS_MAX - 1,
    });
    expect(await here.run('R2', { deletes: docIds(2) })).toEqual({ upserts: 0, deletes: 2, rejected: 0 });
  });
});

describe('an operation that ends with an error', () => {
  const ended = (error: 'INTERNAL' | 'INVALID_ARGUMENT', withEffect = false): Fault => ({
    kind: 'operation-error',
    error,
    message: 'Something\nbroke.',
    withEffect,
  });

  test.each([false, true])('that may pass is started again (with an effect: %s)', async (withEffect) => {
    const here = await open();
    here.google.engine.fail({ when: IMPORT, how: ended('INTERNAL', withEffect) });
    expect(await here.run('R1', TWO)).toEqual(TWO_IN);
    expect(here.google.engine.operations).toMatchObject([{ state: 'failed' }, { state: 'done' }]);
    expect(await attempts(here)).toEqual([['import-1', 2]]);
    expect(here.waits).toContain(LONG_MS);
  });

  test.each([
    ['that may be transient is started up to the limit of attempts', 'INTERNAL', OPERATION_ATTEMPTS_MAX],
    ['that will not pass is not started again', 'INVALID_ARGUMENT', 1],
  ] as const)('%s, and fails with Google’s words', async (_, error, times) => {
    const here = await open();
    here.google.engine.fail({ when: IMPORT, how: ended(error), times: 100 });
    await expect(here.run('R1', TWO)).rejects.toMatchObject({
      code: 'GEMINI_OPERATION_FAILED',
      message: expect.stringContaining('"Something broke."'),
      retryable: false,
    });
    expect(here.google.engine.operations).toHaveLength(times);
  });

  test('may have taken what a later attempt refuses', async () => {
    let refusals = 0;
    const here = await open({
      errorForm: 'document',
      // The second time that it is polled.
      rejectDocument: ({ id }) => (id === 'hr__2' && (refusals += 1) > 1 ? 'It is odd.' : undefined),
    });
    here.google.engine.fail({ when: IMPORT, how: ended('INTERNAL', true) });
    expect(await here.run('R1', TWO)).toEqual({ upserts: 1, deletes: 0, rejected: 1 });
    expect(here.indexed()).toContain('hr__2');
    expect(await here.rejections()).toEqual([{ docId: 'hr:2', reason: 'It is odd.', outcome: 'unknown' }]);
  });

  test('leaves its documents in doubt when another part was taken', async () => {
    const here = await open();
    await here.run('R0', { upserts: docIds(1, 900) });
    const when = { path: 'documents:purge', body: (body: unknown) => (body as { force: boolean }).force };
    here.google.engine.fail({ when, how: ended('INVALID_ARGUMENT', true) });
    const receipt = await here.run('R1', { ...TWO, deletes: docIds(1, 900) });
    expect(receipt).toEqual({ upserts: 2, deletes: 0, rejected: 1 });
    expect(await here.rejections()).toMatchObject([{ docId: 'hr:900', outcome: 'unknown' }]);
  });
});

describe('a delivery that is taken up by another process', () => {
  /** Stops the first delivery at its n-th wait. */
  async function stopAt(here: DeliveryPlace, wait: number, changes = TWO) {
    const manifest = await here.publish('R1', changes);
    const stop = new AbortController();
    here.onWait = () => {
      if (here.waits.length === wait) stop.abort(new Error('killed'));
    };
    await expect(here.deliver(manifest, { signal: stop.signal })).rejects.toThrow('killed');
    here.onWait = () => undefined;
    return manifest;
  }

  test('waits for the same operation', async () => {
    const here = await open({ pollsUntilDone: 4 });
    const manifest = await stopAt(here, 2);
    expect(await here.deliver(manifest)).toEqual(TWO_IN);
    expect(here.google.engine.operations).toMatchObject([{ polls: 4 }]);
  });

  test('sends again what Google has forgotten', async () => {
    const here = await open({ pollsUntilDone: 4 });
    const manifest = await stopAt(here, 2);
    here.google.engine.fail({ when: { method: 'GET', path: /operations\/./ }, how: answer('NOT_FOUND') });
    expect(await here.deliver(manifest)).toEqual(TWO_IN);
    expect(here.google.engine.operations).toHaveLength(2);
  });
});

describe('a folder for failures that Google does not take', () => {
  test.each(['INVALID_ARGUMENT', 'FAILED_PRECONDITION'] as const)(
    '(%s) is left out, and a warning says what that costs',
    async (name) => {
      const here = await open({
        rejectDocument: ({ id }) => (id === 'hr__2' ? 'It is odd.' : undefined),
        errorForm: 'document',
      });
      here.google.engine.fail({
        when: { ...IMPORT, body: (body) => (body as { errorConfig?: unknown }).errorConfig !== undefined },
        how: answer(name, 'errorConfig.gcsPrefix is no existing directory.'),
      });
      // The sample in the answer names the one that failed.
      expect(await here.run('R1', TWO)).toEqual({ upserts: 1, deletes: 0, rejected: 1 });
      expect(here.bodies('documents:import')[1]).not.toHaveProperty('errorConfig');
      expect(here.requests('documents:import')).toHaveLength(2);
      expect(here.lines.join('')).toContain('may not be told apart');
    },
  );

  test('does not cause a resend of documents that were rejected for another reason', async () => {
    const here = await open();
    here.google.engine.fail({ when: IMPORT, how: answer('INVALID_ARGUMENT', 'The branch is read-only.') });
    await expect(here.run('R1', TWO)).rejects.toMatchObject({ code: 'GEMINI_REFUSED' });
    expect(here.requests('documents:import')).toHaveLength(1);
  });
});
