import { afterEach, describe, expect, it } from '@jest/globals';
import { ACL_STORE, Caller, counts, errorOf, plainDocuments } from './discovery-engine/caller.ts';
import {
  answer,
  proxyPage,
  quotaExceeded,
  serviceDisabled,
  unavailable,
  type Fault,
} from './discovery-engine/faults.ts';
import type { DiscoveryEngineOptions } from './discovery-engine/options.ts';

let caller: Caller;
const open = async (options: Partial<DiscoveryEngineOptions> = {}) => {
  caller = await Caller.open(options);
};

afterEach(() => caller.standIn.close());

const body = { inlineSource: { documents: plainDocuments('a', 'b') } };
const onImport = { method: 'POST', path: 'documents:import' };

describe('an injected fault', () => {
  it.each<[Fault, unknown[], object]>([
    [unavailable(), [503, 'UNAVAILABLE'], {}],
    [quotaExceeded('7'), [429, 'RESOURCE_EXHAUSTED'], { 'retry-after': '7' }],
    [
      quotaExceeded('Fri, 20 Nov 2026 12:00:00 GMT'),
      [429, 'RESOURCE_EXHAUSTED'],
      {
        'retry-after': 'Fri, 20 Nov 2026 12:00:00 GMT',
      },
    ],
    [serviceDisabled(), [403, 'PERMISSION_DENIED'], {}],
    [answer('UNAUTHENTICATED'), [401, 'UNAUTHENTICATED'], {}],
    [answer('ABORTED'), [409, 'ABORTED'], {}],
    [answer('INVALID_ARGUMENT', 'No.'), [400, 'INVALID_ARGUMENT'], {}],
  ])('answers in place of the service, and has no effect', async (how, error, headers) => {
    await open();
    const injected = caller.standIn.fail({ when: onImport, how });
    const refused = await caller.post('import', body);
    expect(errorOf(refused).slice(0, 2)).toEqual(error);
    expect(Object.fromEntries(refused.headers)).toMatchObject(headers);
    expect(injected.hits).toBe(1);
    expect(caller.standIn.operations).toEqual([]);
    expect((await caller.post('import', body)).status).toBe(200);
  });

  it('meets the requests that it means, as often as it should', async () => {
    await open();
    const isAboutB = (sent: unknown) => JSON.stringify(sent).includes('"b"');
    caller.standIn.fail({ when: { path: /:import$/, body: isAboutB }, times: 2, how: unavailable() });
    const other = { inlineSource: { documents: plainDocuments('a') } };
    const status = async (sent: object) => (await caller.post('import', sent)).status;
    expect([await status(other), await status(body), await status(body), await status(body)]).toEqual([
      200, 503, 503, 200,
    ]);
    expect(caller.standIn.requests).toHaveLength(4);
    expect(caller.standIn.requests[1]).toMatchObject({ method: 'POST', query: {}, body });
  });

  it('is the page of a proxy', async () => {
    await open();
    caller.standIn.fail({ when: onImport, how: proxyPage() });
    await expect(caller.post('import', body)).rejects.toThrow('is not valid JSON');
  });

  it.each([
    ['before', []],
    ['after', ['a', 'b']],
  ] as const)('breaks the connection %s the effect', async (effect, ids) => {
    await open();
    caller.standIn.fail({ when: onImport, how: { kind: 'drop', effect } });
    await expect(caller.post('import', body)).rejects.toThrow('fetch failed');
    await caller.standIn.settle();
    expect(caller.ids()).toEqual(ids);
  });

  it('never answers, until the stand-in is closed', async () => {
    await open();
    caller.standIn.fail({ when: onImport, how: { kind: 'hang', effect: 'after' } });
    const hanging = caller.post('import', body).catch((error: unknown) => error);
    while (caller.standIn.operations.length === 0) await new Promise(setImmediate);
    await caller.standIn.close();
    expect(String(await hanging)).toBe('TypeError: fetch failed');
  });

  it('lets an operation take longer', async () => {
    await open();
    caller.standIn.fail({ when: onImport, how: { kind: 'slow-operation', polls: 4 } });
    await caller.run('import', body);
    expect(caller.standIn.operations).toMatchObject([{ polls: 4 }]);
  });

  it('breaks the asking for an operation, which goes on', async () => {
    await open();
    caller.standIn.fail({ when: { method: 'GET', path: '/operations/' }, how: answer('INTERNAL') });
    const name = String((await caller.post('import', body)).json['name']);
    expect((await caller.send('GET', name)).status).toBe(500);
    expect((await caller.send('GET', name)).json).toMatchObject({ done: true });
  });

  it.each([
    [false, []],
    [true, ['a', 'b']],
  ])('ends an operation with an error, with its effect: %s', async (withEffect, ids) => {
    await open();
    const how: Fault = { kind: 'operation-error', error: 'INTERNAL', message: 'Sorry.', withEffect };
    caller.standIn.fail({ when: onImport, how });
    expect(await caller.run('import', body)).toMatchObject({ error: { code: 13, message: 'Sorry.' } });
    expect(caller.standIn.operations).toMatchObject([{ state: 'failed' }]);
    expect(caller.ids()).toEqual(ids);
  });

  it('lets an operation count too few and call it success', async () => {
    await open();
    caller.standIn.fail({ when: onImport, how: { kind: 'miscount', successCount: 1 } });
    expect(counts(await caller.run('import', body))).toEqual({ successCount: '1', totalCount: '1' });
  });
});

describe('imports that overlap', () => {
  it('are counted until the first is seen to be done', async () => {
    await open();
    const first = await caller.post('import', body);
    await caller.post('import', body);
    expect(caller.standIn).toMatchObject({ overlaps: 1, maxConcurrentImports: 2 });
    await caller.send('GET', String(first.json['name']));
    await caller.standIn.settle();
    await caller.run('import', body);
    expect(caller.standIn).toMatchObject({ overlaps: 1, maxConcurrentImports: 2 });
  });

  it('are not counted across data stores, nor with purges', async () => {
    await open();
    const { json } = await caller.post('import', body);
    await caller.post('import', { inlineSource: { documents: [{ id: 'x' }] } }, ACL_STORE);
    await caller.post('purge', { filter: '*' });
    expect(json['done']).toBeUndefined();
    expect(caller.standIn.overlaps).toBe(0);
  });

  it('can be refused', async () => {
    await open({ overlappingImports: 'refuse' });
    await caller.post('import', body);
    expect(errorOf(await caller.post('import', body)).slice(0, 2)).toEqual([409, 'ABORTED']);
    expect(caller.standIn.overlaps).toBe(0);
  });

  it('can be found in the list of operations, which does not let them go on', async () => {
    await open();
    const { json } = await caller.post('import', body);
    const list = async (filter: string) =>
      (await caller.send('GET', `/branches/0/operations?filter=${filter}`)).json['operations'];
    expect(await list('done=false')).toMatchObject([{ name: json['name'] }]);
    expect(await list('done=true')).toBeUndefined();
    await caller.standIn.settle();
    expect(await list('')).toMatchObject([{ name: json['name'], done: true }]);
    expect((await caller.send('GET', '/branches/0/operations?filter=x')).status).toBe(501);
  });
});

describe('the credentials that the stand-in accepts', () => {
  it('is anybody, or only the bearer of a token', async () => {
    await open({ requireBearer: 'secret' });
    const status = async (authorization: string) =>
      (
        await fetch(
          `${caller.standIn.url}/v1/projects/my-project/locations/eu/collections/default_collection/dataStores/hr`,
          { headers: { authorization } },
        )
      ).status;
    expect([await status('Bearer other'), await status('Bearer secret')]).toEqual([401, 200]);
    expect((await caller.send('GET', '')).status).toBe(401);
  });

  it.each([
    ['getDataStore', 'GET', ''],
    ['getSchema', 'GET', '/schemas/default_schema'],
    ['get', 'GET', '/branches/0/documents/a'],
    ['list', 'GET', '/branches/0/documents'],
    ['delete', 'DELETE', '/branches/0/documents/a'],
    ['operationsGet', 'GET', '/branches/0/operations/import-documents-1'],
    ['operationsList', 'GET', '/branches/0/operations'],
  ] as const)('may be kept from %s', async (permission, method, path) => {
    await open({ permissions: { [permission]: false } });
    expect(errorOf(await caller.send(method, path)).slice(0, 2)).toEqual([403, 'PERMISSION_DENIED']);
  });
});
