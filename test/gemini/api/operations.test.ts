import { afterEach, describe, expect, test } from '@jest/globals';
import {
  OPERATION_POLL_SECONDS_FIRST,
  OPERATION_POLL_SECONDS_MAX,
  OPERATION_WAIT_SECONDS_MAX,
} from '../../../src/gemini/limits.ts';
import { awaitOperation, listOperations, operationOf } from '../../../src/gemini/api/operations.ts';
import { answer, quotaExceeded, unavailable } from '../../stand-ins/discovery-engine/faults.ts';
import {
  BRANCH,
  DeliveryPlace,
  docIds,
  NUMBERED_BRANCH,
  type PlaceOptions,
} from '../../support/pipeline/delivery-place.ts';

const POLL = { method: 'GET', path: /operations\/./ } as const;
const signal = new AbortController().signal;

let place: DeliveryPlace | undefined;

afterEach(async () => {
  await place?.close();
  place = undefined;
});

const open = async (options: PlaceOptions = {}) => (place = await DeliveryPlace.open(options));
const TWO = { upserts: docIds(2) };

describe('an operation that is waited for', () => {
  test('is asked about soon, then ever less often, and never at quite the same moment as others', async () => {
    const here = await open({ pollsUntilDone: 12 });
    await here.run('R1', TWO);
    let pause = OPERATION_POLL_SECONDS_FIRST * 1_000;
    for (const wait of here.waits) {
      expect(wait).toBeGreaterThanOrEqual(pause * 0.8);
      expect(wait).toBeLessThanOrEqual(pause * 1.2);
      pause = Math.min(pause * 1.5, OPERATION_POLL_SECONDS_MAX * 1_000);
    }
    expect(here.waits).toHaveLength(12);
    expect(new Set(here.waits.map((wait) => wait % 1_000)).size).toBeGreaterThan(1);
  });

  test('goes on when questions about it fail', async () => {
    const here = await open({ retries: 0 });
    const faults = [unavailable(), quotaExceeded('3'), { kind: 'drop', effect: 'before' } as const].map(
      (how) => here.google.engine.fail({ when: POLL, how }),
    );
    expect(await here.run('R1', TWO)).toEqual({ upserts: 2, deletes: 0, rejected: 0 });
    expect(faults.map(({ hits }) => hits)).toEqual([1, 1, 1]);
    expect(here.google.engine.operations).toHaveLength(1);
  });

  test('for too long is left to the next delivery, which imports nothing twice', async () => {
    const here = await open({ pollsUntilDone: 1_000 });
    const manifest = await here.publish('R1', TWO);
    await expect(here.deliver(manifest)).rejects.toMatchObject({
      code: 'GEMINI_OPERATION_PENDING',
      retryable: true,
      message: expect.stringContaining(`${NUMBERED_BRANCH}/operations/import-documents-`),
    });
    const waited = here.waits.reduce((sum, wait) => sum + wait, 0);
    expect(waited).toBeGreaterThanOrEqual(OPERATION_WAIT_SECONDS_MAX * 1_000);
    expect(waited).toBeLessThan((OPERATION_WAIT_SECONDS_MAX + 1.2 * OPERATION_POLL_SECONDS_MAX) * 1_000);
    expect(await here.steps()).toEqual([{ name: 'import-1', state: 'running' }]);
    await here.google.engine.settle();
    expect(await here.deliver(manifest)).toEqual({ upserts: 2, deletes: 0, rejected: 0 });
    expect(here.google.engine.operations).toHaveLength(1);
  });

  test('but must not be polled for lack of permission fails immediately, and stays open for a later run', async () => {
    const here = await open({ permissions: { operationsGet: false } });
    await expect(here.run('R1', TWO)).rejects.toMatchObject({
      code: 'GEMINI_PERMISSION',
      hint: expect.stringContaining('discoveryengine.operations.get'),
    });
    expect(here.requests('/operations/')).toHaveLength(1);
    expect(await here.steps()).toEqual([{ name: 'import-1', state: 'running' }]);
  });

  test('and that no longer exists is undefined', async () => {
    const here = await open();
    const waiting = { api: await here.api(), log: here.log, wait: here.wait };
    expect(await awaitOperation(`${BRANCH}/operations/import-documents-1`, waiting, signal)).toBeUndefined();
  });
});

describe('the operations of a branch', () => {
  test('are listed over all pages', async () => {
    const here = await open({ synchronous: true });
    const api = await here.api();
    for (let run = 1; run <= 101; run++) {
      const body = { filter: '*', inlineSource: { documents: [`${BRANCH}/documents/x`] }, force: false };
      const path = `${BRANCH}/documents:purge`;
      await api.request({ method: 'POST', path, body, quota: 'batches', repeatable: false }, signal);
    }
    const listed = await listOperations(BRANCH, api, signal);
    expect(new Set(listed?.map(({ name }) => name))).toEqual(
      new Set(here.google.engine.operations.map(({ name }) => name)),
    );
    expect(listed).toHaveLength(101);
  });

  test('are undefined for who may not list them, and a failure for other reasons', async () => {
    const here = await open({ permissions: { operationsList: false } });
    const api = await here.api();
    expect(await listOperations(BRANCH, api, signal)).toBeUndefined();
    here.google.engine.fail({ when: { path: /operations$/ }, how: answer('INVALID_ARGUMENT') });
    await expect(listOperations(BRANCH, api, signal)).rejects.toMatchObject({ code: 'GEMINI_REFUSED' });
  });
});

describe('an operation as Google writes it', () => {
  test('may lack what is false or zero', () => {
    expect(operationOf({ name: 'operations/1' })).toEqual({
      name: 'operations/1',
      done: false,
      error: undefined,
      metadata: undefined,
      response: undefined,
    });
  });

  test('has an error even without a code and words; its words are one line', () => {
    expect(operationOf({ name: 'operations/1', done: true, error: {} }).error).toEqual({
      code: 2,
      message: 'no reason given',
    });
    const error = { code: 13, message: 'a\n\u001b[31mb' };
    expect(operationOf({ name: 'operations/1', done: true, error }).error).toEqual({
      code: 13,
      message: 'a [31mb',
    });
  });

  test.each([[{}], [null], [[]], ['operations/1'], [{ name: 7 }], [{ done: 'true' }]])(
    'is not %j',
    (json) => {
      expect(() => operationOf(json)).toThrow(expect.objectContaining({ code: 'GEMINI_REFUSED' }));
    },
  );
});
