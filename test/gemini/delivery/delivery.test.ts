import { afterEach, describe, expect, test } from '@jest/globals';
import { answer } from '../../stand-ins/discovery-engine/faults.ts';
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

const open = async (options: PlaceOptions = {}) => (place = await DeliveryPlace.open(options));
const IMPORT = { method: 'POST', path: 'documents:import' } as const;
const ODD_SECOND: PlaceOptions = {
  rejectDocument: ({ id }) => (id === 'hr__2' ? 'It is odd.' : undefined),
};

describe('a first load', () => {
  test('is one import operation of all files, counted in the receipt', async () => {
    const here = await open();
    const manifest = await here.publish('R1', { upserts: docIds(5), partBytes: 200 });
    const uris = manifest.files.filter(({ kind }) => kind === 'upserts.discovery').map(({ uri }) => uri);
    expect(uris.length).toBeGreaterThan(1);
    expect(await here.deliver(manifest)).toEqual({ upserts: 5, deletes: 0, rejected: 0 });
    expect(here.indexed()).toEqual(['hr__1', 'hr__2', 'hr__3', 'hr__4', 'hr__5']);
    expect(here.bodies('POST')).toEqual([
      {
        gcsSource: { inputUris: uris, dataSchema: 'document' },
        reconciliationMode: 'INCREMENTAL',
        errorConfig: {
          gcsPrefix: expect.stringMatching(
            /^gs:\/\/company-sync\/connectors\/hr\/runs\/R1\/errors\/import-1-1-[0-9a-f]{12}\/$/,
          ),
        },
      },
    ]);
    expect(here.requests('POST')[0]?.path).toBe(`/v1/${BRANCH}/documents:import`);
    expect(here.google.engine.violations).toEqual([]);
  });

  test('has its operation in the journal before it is waited for, and as done in the end', async () => {
    const here = await open({ pollsUntilDone: 2 });
    const seen: unknown[] = [];
    here.onWait = async () => {
      const [step] = await here.journal().steps();
      seen.push([step?.state, step?.operation, here.google.engine.operations[0]?.polls]);
    };
    await here.run('R1', { upserts: docIds(1) });
    const operation = here.google.engine.operations[0]?.name;
    expect(operation).toContain(`${NUMBERED_BRANCH}/operations/import-documents-`);
    expect(seen).toEqual([
      ['running', operation, 0],
      ['running', operation, 1],
    ]);
    expect(await here.journal().steps()).toEqual([
      expect.objectContaining({
        name: 'import-1',
        state: 'done',
        operation,
        detail: { attempt: 1, mark: expect.any(String), acknowledged: 1, rejected: 0 },
      }),
    ]);
  });

  test('reads no artifact again when nothing failed', async () => {
    const here = await open();
    const manifest = await here.publish('R1', { upserts: docIds(5) });
    const before = here.google.gcs.requests.length;
    await here.deliver(manifest);
    const names = manifest.files.map(({ name }) => encodeURIComponent(name));
    const reads = here.google.gcs.requests
      .slice(before)
      .filter(({ url }) => names.some((name) => url.includes(name)));
    expect(reads).toEqual([]);
  });

  test('of one operation that is done immediately is not polled', async () => {
    const here = await open({ synchronous: true });
    expect(await here.run('R1', { upserts: docIds(2) })).toEqual({ upserts: 2, deletes: 0, rejected: 0 });
    expect(here.waits).toEqual([]);
  });
});

describe('a delivery', () => {
  test('imports, then deletes, and both count', async () => {
    const here = await open();
    await here.run('R1', { upserts: docIds(4) });
    const receipt = await here.run('R2', { upserts: docIds(2, 10), deletes: docIds(3) });
    expect(receipt).toEqual({ upserts: 2, deletes: 3, rejected: 0 });
    expect(here.indexed()).toEqual(['hr__10', 'hr__11', 'hr__4']);
    expect(here.google.engine.operations.map(({ kind }) => kind)).toEqual([
      'import',
      'import',
      'purge',
      'purge',
    ]);
  });

  test('made twice asks for nothing the second time, and gives the same receipt', async () => {
    const here = await open({ ...ODD_SECOND, errorForm: 'document' });
    const manifest = await here.publish('R1', { upserts: docIds(3), deletes: docIds(2, 7) });
    const first = await here.deliver(manifest);
    const asked = here.requests('POST').length;
    expect(await here.deliver(manifest)).toEqual(first);
    expect(first).toEqual({ upserts: 2, deletes: 2, rejected: 1 });
    expect(here.requests('POST')).toHaveLength(asked);
  });

  test('of more files than one request may list takes several operations, one at a time', async () => {
    const here = await open({ pollsUntilDone: 3 });
    const receipt = await here.run('R1', { upserts: docIds(101), deletes: docIds(101, 900), partBytes: 1 });
    expect(receipt).toEqual({ upserts: 101, deletes: 101, rejected: 0 });
    const sizes = here.bodies('documents:import').map((body) => (body as Sourced).gcsSource.inputUris.length);
    expect(sizes).toEqual([100, 1]);
    const purges = here.bodies('documents:purge').map((body) => (body as Sourced).gcsSource.inputUris.length);
    expect(purges).toEqual([100, 100, 1, 1]);
    expect(here.google.engine.maxConcurrentImports).toBe(1);
    expect(here.google.engine.operations).toHaveLength(6);
    expect(here.indexed()).toHaveLength(101);
  });

  test('that failed in one part keeps what was acknowledged before, and sends nothing after it', async () => {
    const here = await open();
    await here.run('R0', { upserts: docIds(1, 900) });
    const second = (body: unknown) => (body as Sourced).gcsSource.inputUris.length === 1;
    here.google.engine.fail({
      when: { path: 'documents:import', body: second },
      how: answer('INVALID_ARGUMENT', 'A bad request.'),
    });
    const receipt = await here.run('R1', { upserts: docIds(101), deletes: docIds(1, 900), partBytes: 1 });
    expect(receipt).toEqual({ upserts: 100, deletes: 0, rejected: 2 });
    expect(here.indexed()).toContain('hr__900');
    expect(here.requests('documents:purge')).toEqual([]);
    const rejections = await here.rejections();
    const of = (docId: string) => rejections.find((one) => one.docId === docId);
    expect(of('hr:100')).toBeUndefined();
    expect(of('hr:101')).toMatchObject({
      outcome: 'unknown',
      reason: expect.stringContaining('A bad request.'),
    });
    expect(of('hr:900')).toMatchObject({
      outcome: 'refused',
      reason: 'It was not sent, because of GEMINI_REFUSED before it.',
    });
  });

  test('fails with the reason when nothing at all was acknowledged', async () => {
    const here = await open({ permissions: { import: false } });
    const delivery = here.run('R1', { upserts: docIds(2), deletes: docIds(1, 5) });
    await expect(delivery).rejects.toMatchObject({ code: 'GEMINI_PERMISSION', retryable: false });
    expect(here.requests('documents:purge')).toEqual([]);
    expect(await here.steps()).toEqual([{ name: 'import-1', state: 'refused' }]);
  });

  test('goes on with its deletes after an import that proves nothing', async () => {
    const here = await open({
      errorForm: 'anonymous',
      rejectDocument: ({ id }) => (id === 'hr__2' ? 'No.' : undefined),
    });
    await here.run('R0', { upserts: docIds(1, 900) });
    const receipt = await here.run('R1', { upserts: docIds(3), deletes: docIds(1, 900) });
    expect(receipt).toEqual({ upserts: 0, deletes: 1, rejected: 3 });
    expect(here.indexed()).toEqual(['hr__1', 'hr__3']);
  });

  test('stops with the reason of its signal, and keeps its step open', async () => {
    const here = await open({ pollsUntilDone: 100 });
    const controller = new AbortController();
    const reason = new Error('stopped');
    here.onWait = () => {
      if (here.waits.length === 3) controller.abort(reason);
    };
    const manifest = await here.publish('R1', { upserts: docIds(2) });
    await expect(here.deliver(manifest, { signal: controller.signal })).rejects.toBe(reason);
    expect(await here.steps()).toEqual([{ name: 'import-1', state: 'running' }]);
    // Its turn is over: another one can have it.
    await (await here.journal('R2').targetLease(new AbortController().signal)).release();
  });
});

describe('a full reconciliation', () => {
  test('is one import that lets every other document go', async () => {
    const here = await open();
    await here.run('R1', { upserts: docIds(5) });
    const receipt = await here.run('R2', { upserts: docIds(3, 4), reconciliation: 'full', partBytes: 1 });
    expect(receipt).toEqual({ upserts: 3, deletes: 0, rejected: 0 });
    expect(here.bodies('documents:import').at(-1)).toMatchObject({ reconciliationMode: 'FULL' });
    expect(here.indexed()).toEqual(['hr__4', 'hr__5', 'hr__6']);
  });

  test('that needs more than one import is refused before anything is sent', async () => {
    const here = await open();
    await here.run('R1', { upserts: docIds(5) });
    const before = here.requests('POST').length;
    const delivery = here.run('R2', { upserts: docIds(101), reconciliation: 'full', partBytes: 1 });
    await expect(delivery).rejects.toMatchObject({ code: 'RECONCILIATION_REFUSED' });
    expect(here.requests('POST')).toHaveLength(before);
    expect(here.indexed()).toHaveLength(5);
  });

  describe('of a connector that now shares its data store', () => {
    /** Another connector that has begun a run into the same data store, and not yet asked for its position. */
    const begin = async (here: DeliveryPlace) => {
      const startedAt = new Date();
      await here.state.lease('kb', { runId: 'K1', host: 'here', pid: process.pid });
      await here.state.beginRun({ runId: 'K1', connectorId: 'kb', target: here.target, startedAt });
    };

    test('is refused right before its request, after the wait for its turn', async () => {
      const here = await open();
      await here.run('R1', { upserts: docIds(2) });
      const manifest = await here.publish('R2', { upserts: docIds(2), reconciliation: 'full' });
      const others = await here.journal('K1').targetLease(new AbortController().signal);
      const delivery = here.deliver(manifest);
      await begin(here);
      await others.release();
      await expect(delivery).rejects.toMatchObject({
        code: 'RECONCILIATION_REFUSED',
        message: expect.stringContaining(
          'kb has documents in the same data store, or an open run that may bring some',
        ),
      });
      expect(here.requests('documents:import')).toHaveLength(1);
      // It certainly had no effect, so nothing is in doubt.
      expect(await here.steps('R2')).toEqual([{ name: 'import-1', state: 'refused' }]);
    });

    test('is refused before a request is made again', async () => {
      const here = await open();
      here.google.engine.fail({ when: IMPORT, how: answer('ABORTED', 'Another operation is running.') });
      here.onWait = () => begin(here);
      const delivery = here.run('R1', { upserts: docIds(2), reconciliation: 'full' });
      await expect(delivery).rejects.toMatchObject({ code: 'RECONCILIATION_REFUSED' });
      expect(here.google.engine.operations).toEqual([]);
    });

    test('is refused before another attempt, and what the first one may have done is not forgotten', async () => {
      const here = await open({ synchronous: true });
      const how = {
        kind: 'operation-error',
        error: 'INTERNAL',
        message: 'It broke.',
        withEffect: true,
      } as const;
      here.google.engine.fail({ when: IMPORT, how });
      here.onWait = () => begin(here);
      const delivery = here.run('R1', { upserts: docIds(2), reconciliation: 'full' });
      await expect(delivery).rejects.toMatchObject({ code: 'RECONCILIATION_REFUSED' });
      expect(here.google.engine.operations).toHaveLength(1);
      expect(await here.steps()).toEqual([{ name: 'import-1', state: 'asked' }]);
    });

    test('takes an import that was made while it was alone as it is', async () => {
      const here = await open();
      const manifest = await here.publish('R1', { upserts: docIds(2), reconciliation: 'full' });
      const stop = new AbortController();
      here.onWait = () => {
        stop.abort(new Error('stopped'));
      };
      await expect(here.deliver(manifest, { signal: stop.signal })).rejects.toThrow('stopped');
      here.onWait = () => undefined;
      await begin(here);
      expect(await here.deliver(manifest)).toEqual({ upserts: 2, deletes: 0, rejected: 0 });
      expect(here.requests('documents:import')).toHaveLength(1);
    });
  });

  test('may have removed the document that it did not take', async () => {
    const here = await open({ ...ODD_SECOND, errorForm: 'document' });
    const receipt = await here.run('R1', { upserts: docIds(3), reconciliation: 'full' });
    expect(receipt).toEqual({ upserts: 2, deletes: 0, rejected: 1 });
    expect(await here.rejections()).toEqual([{ docId: 'hr:2', reason: 'It is odd.', outcome: 'unknown' }]);
  });
});

describe('the data store', () => {
  test('is read before anything is sent, and refused when it has no access control', async () => {
    const here = await open({ needs: { acl: 'required' } });
    const delivery = here.run('R1', { upserts: docIds(2) });
    await expect(delivery).rejects.toMatchObject({ code: 'GEMINI_STORE_MISMATCH' });
    expect(here.requests('POST')).toEqual([]);
    expect(await here.steps()).toEqual([]);
  });

  test('that cannot be read for lack of permission gets no document with readers', async () => {
    const here = await open({ needs: { acl: 'required' }, permissions: { getDataStore: false } });
    await expect(here.run('R1', { upserts: docIds(2) })).rejects.toMatchObject({ code: 'GEMINI_PERMISSION' });
    expect(here.requests('POST')).toEqual([]);
  });
});

describe('an operation that another run left in progress', () => {
  test('ends before anything of this run is sent, and is over then', async () => {
    const here = await open({ pollsUntilDone: 4 });
    const first = await here.publish('R1', { upserts: docIds(2) });
    const stopped = new AbortController();
    here.onWait = () => {
      stopped.abort(new Error('killed'));
    };
    await expect(here.deliver(first, { signal: stopped.signal })).rejects.toThrow('killed');
    here.onWait = () => undefined;
    const error = { code: 'X', message: 'x' };
    await here.state.failRun('R1', { error, finishedAt: new Date(), abandon: true });

    expect(await here.run('R2', { upserts: docIds(2) })).toMatchObject({ upserts: 2 });
    expect(here.google.engine.operations.map(({ state }) => state)).toEqual(['done', 'done']);
    expect(here.google.engine.overlaps).toBe(0);
    expect(await here.journal('R3').openSteps()).toEqual([]);
  });

  test('for too long leaves this run to be taken up later, with nothing sent', async () => {
    const here = await open({ pollsUntilDone: 1_000 });
    const name = `${NUMBERED_BRANCH}/operations/import-documents-1000000000000001`;
    const other = await here.publish('R0', { upserts: docIds(1, 7) });
    const stop = new AbortController();
    here.onWait = () => {
      stop.abort(new Error('killed'));
    };
    await expect(here.deliver(other, { signal: stop.signal })).rejects.toThrow('killed');
    here.onWait = () => undefined;
    const manifest = await here.publish('R1', { upserts: docIds(2) });
    await expect(here.deliver(manifest)).rejects.toMatchObject({
      code: 'GEMINI_OPERATION_PENDING',
      message: expect.stringContaining(name),
      retryable: true,
    });
    expect(await here.steps('R1')).toEqual([]);
    await here.google.engine.settle();
    here.google.engine.fail({
      when: { path: 'documents:import' },
      how: { kind: 'slow-operation', polls: 1 },
    });
    expect(await here.deliver(manifest)).toEqual({ upserts: 2, deletes: 0, rejected: 0 });
  });

  test('is waited for by listing the operations of the branch when its name is unknown', async () => {
    const here = await open({ pollsUntilDone: 4 });
    await here.begin('R1');
    await here.journal('R1').save({
      name: 'import-1',
      state: 'asked',
      operation: null,
      askedAt: '2026-01-02T03:04:05.678Z',
      detail: { attempt: 1 },
    });
    const { files } = await here.publish('R9', { upserts: docIds(1) });
    const [uri = ''] = files.filter(({ kind }) => kind === 'upserts.discovery').map((file) => file.uri);
    await (
      await here.api()
    ).request(
      {
        method: 'POST',
        path: `${BRANCH}/documents:import`,
        body: { gcsSource: { inputUris: [uri], dataSchema: 'document' } },
        quota: 'imports',
        repeatable: false,
      },
      new AbortController().signal,
    );
    await here.run('R2', { upserts: docIds(2) });
    expect(here.google.engine.operations).toHaveLength(2);
    expect(here.google.engine.overlaps).toBe(0);
  });

  test('takes turns with the deliveries of this state', async () => {
    const here = await open({ pollsUntilDone: 2 });
    const manifests = [
      await here.publish('R1', { upserts: docIds(2) }),
      await here.publish('R2', { upserts: docIds(2, 5) }),
    ];
    await Promise.all(manifests.map((manifest) => here.deliver(manifest)));
    expect(here.google.engine.maxConcurrentImports).toBe(1);
    expect(here.indexed()).toHaveLength(4);
  });
});

interface Sourced {
  readonly gcsSource: { readonly inputUris: readonly string[] };
}
