import { afterEach, describe, expect, test } from '@jest/globals';
import { UNMARKED_STEP_CLOCK_SECONDS_MAX } from '../../../src/gemini/limits.ts';
import { filesOf } from '../../../src/gemini/delivery/manifest-files.ts';
import { importBody } from '../../../src/gemini/api/requests.ts';
import type { Manifest } from '../../../src/pipeline/ports/ports.ts';
import { answer, type Fault } from '../../stand-ins/discovery-engine/faults.ts';
import {
  BRANCH,
  DATA_STORE,
  DeliveryPlace,
  docIds,
  type Changes,
  type PlaceOptions,
} from '../../support/pipeline/delivery-place.ts';

const IMPORT = { method: 'POST', path: 'documents:import' } as const;
const LOST: Fault = { kind: 'drop', effect: 'before' };
const NEVER_ARRIVES = { how: LOST, times: 1 };
const FAILED = {
  error: { code: 'STATE_FAILED', message: 'It failed.' },
  finishedAt: new Date(),
  abandon: true,
};

let place: DeliveryPlace | undefined;

afterEach(async () => {
  await place?.close();
  place = undefined;
});

const open = async (options: PlaceOptions = {}) => (place = await DeliveryPlace.open(options));
const contents = (here: DeliveryPlace) =>
  [...here.google.engine.documents(DATA_STORE).values()].map(({ data }) => data?.['content']);

/** Delivers and gives up, as a run does whose commit fails for good; its id is free then. */
async function useInVain(here: DeliveryPlace, changes: Changes): Promise<void> {
  await here.run('R1', changes);
  await here.state.failRun('R1', FAILED);
  await here.store.clear('connectors/hr/runs/R1');
}

describe('a run id that is used again', () => {
  test('does not take the import of its earlier use for its own when its own never arrived', async () => {
    const here = await open();
    await useInVain(here, { upserts: docIds(2), content: 'v2' });
    here.google.engine.fail({ when: IMPORT, ...NEVER_ARRIVES });
    expect(await here.run('R1', { upserts: docIds(2), content: 'v3' })).toEqual({
      upserts: 2,
      deletes: 0,
      rejected: 0,
    });
    expect(contents(here)).toEqual(['v3', 'v3']);
    expect(here.google.engine.operations).toHaveLength(2);
  });

  test('does not take an earlier purge, nor its trial, for its own', async () => {
    for (const lost of [true, false]) {
      const here = await open();
      await here.run('R0', { upserts: docIds(4) });
      await useInVain(here, { deletes: docIds(2) });
      const when = {
        path: 'documents:purge',
        body: (body: unknown) => (body as { force?: boolean }).force === lost,
      };
      here.google.engine.fail({ when, ...NEVER_ARRIVES });
      expect(await here.run('R1', { deletes: docIds(2, 3) })).toMatchObject({ deletes: 2, rejected: 0 });
      expect(here.indexed()).toEqual([]);
      await here.close();
    }
  });

  test('is refused while an import of its earlier use is in progress, which may still read its artifacts', async () => {
    const here = await open({ pollsUntilDone: 3 });
    const first = await here.publish('R1', { upserts: docIds(2), content: 'v2' });
    const stop = new AbortController();
    here.onWait = () => {
      stop.abort(new Error('stopped'));
    };
    await expect(here.deliver(first, { signal: stop.signal })).rejects.toThrow('stopped');
    here.onWait = () => undefined;
    await here.state.failRun('R1', FAILED);
    await here.store.clear('connectors/hr/runs/R1');
    await expect(here.run('R1', { upserts: docIds(2), content: 'v3' })).rejects.toMatchObject({
      code: 'RUN_ID_TAKEN',
    });
    expect(here.requests('documents:import')).toHaveLength(1);
  });

  test('does not read what an earlier use failed at', async () => {
    let refused = 'hr__1';
    const here = await open({ rejectDocument: ({ id }) => (id === refused ? 'It is odd.' : undefined) });
    await here.run('R1', { upserts: docIds(2) });
    await here.state.failRun('R1', FAILED);
    for (const name of await here.store.list('connectors/hr/runs/R1'))
      if (!name.includes('/errors/')) await here.store.remove(name);
    refused = 'hr__2';
    expect(await here.run('R1', { upserts: docIds(2) })).toEqual({ upserts: 1, deletes: 0, rejected: 1 });
    expect(await here.rejections()).toMatchObject([{ docId: 'hr:2' }]);
  });
});

describe('a step in the journal of an older version', () => {
  const FOLDER = `gs://company-sync/connectors/hr/runs/R1/errors/import-1-1/`;

  /** Requests the import as versions did whose folders had no mark, and dies before the answer. */
  async function askUnmarked(here: DeliveryPlace, manifest: Manifest, askedAtMs: number): Promise<void> {
    const body = importBody(filesOf(manifest, 'upserts'), 'INCREMENTAL', FOLDER);
    const api = await here.api();
    const request = {
      ...IMPORT,
      path: `${BRANCH}/documents:import`,
      body,
      quota: 'imports',
      repeatable: false,
    } as const;
    await api.request(request, new AbortController().signal);
    const askedAt = new Date(askedAtMs).toISOString();
    await here
      .journal()
      .save({ name: 'import-1', state: 'asked', operation: null, askedAt, detail: { attempt: 1 } });
  }

  test('is finished by the operation that has its folder', async () => {
    const here = await open();
    const manifest = await here.publish('R1', { upserts: docIds(2) });
    await askUnmarked(here, manifest, Date.now());
    expect(await here.deliver(manifest)).toEqual({ upserts: 2, deletes: 0, rejected: 0 });
    expect(here.requests('documents:import')).toHaveLength(1);
  });

  test('is not finished by an operation that is older than it: that is of an earlier use of its id', async () => {
    const here = await open();
    const manifest = await here.publish('R1', { upserts: docIds(2) });
    await askUnmarked(here, manifest, Date.now() + 2 * UNMARKED_STEP_CLOCK_SECONDS_MAX * 1_000);
    expect(await here.deliver(manifest)).toEqual({ upserts: 2, deletes: 0, rejected: 0 });
    expect(here.requests('documents:import')).toHaveLength(2);
  });
});

describe('an attempt that is refused', () => {
  test('leaves the step as the attempt before it did, which may have had an effect', async () => {
    const here = await open();
    const how = {
      kind: 'operation-error',
      error: 'INTERNAL',
      message: 'It broke.',
      withEffect: true,
    } as const;
    here.google.engine.fail({ when: IMPORT, how });
    here.google.engine.fail({ when: IMPORT, how: answer('INVALID_ARGUMENT', 'The branch is read-only.') });
    await expect(here.run('R1', { upserts: docIds(2) })).rejects.toMatchObject({ code: 'GEMINI_REFUSED' });
    expect(await here.steps()).toEqual([{ name: 'import-1', state: 'running' }]);
  });
});
