import { afterEach, describe, expect, it } from '@jest/globals';
import { problemsOf } from '../support/discovery-protos/check.ts';
import { isJsonObject } from '../support/files/json.ts';
import { ACL_STORE, Caller, counts, errorOf, plainDocuments, samples } from './discovery-engine/caller.ts';
import type { DiscoveryEngineOptions, ErrorForm } from './discovery-engine/options.ts';

let caller: Caller;
const open = async (options: Partial<DiscoveryEngineOptions> = {}) => {
  caller = await Caller.open(options);
};

afterEach(() => caller.standIn.close());

const branch = 'projects/123456789012/locations/eu/collections/default_collection/dataStores/hr/branches/0';
const resource = (resourceName: string) => ({
  '@type': 'type.googleapis.com/google.rpc.ResourceInfo',
  resourceType: 'discoveryengine.googleapis.com/Document',
  resourceName,
});

describe('an import into the stand-in', () => {
  it('inserts and updates, and keeps the rest', async () => {
    await open();
    await caller.importLines(plainDocuments('a', 'b'));
    await caller.importLines([{ id: 'b', jsonData: '{"title":"new","n":1}' }, ...plainDocuments('c')]);
    expect(caller.ids()).toEqual(['a', 'b', 'c']);
    const documents = caller.standIn.documents({ project: 'my-project', location: 'eu', id: 'hr' });
    expect(documents.get('a')?.data).toEqual({ title: 'Title of a' });
    expect(documents.get('b')?.data).toEqual({ title: 'new', n: 1 });
    expect(caller.standIn.violations).toEqual([]);
  });

  it('is an operation as Google’s descriptors have it, with the project’s number and counts as strings', async () => {
    await open({ pollsUntilDone: 3 });
    const body = { inlineSource: { documents: plainDocuments('a', 'b') } };
    const submitted = await caller.post('import', body);
    expect(submitted.json['name']).toMatch(new RegExp(`^${branch}/operations/import-documents-\\d+$`));
    const answers = [submitted.json];
    for (let poll = 1; poll <= 3; poll += 1) {
      answers.push((await caller.send('GET', String(submitted.json['name']))).json);
    }
    expect(answers.map((answer) => answer['done'])).toEqual([undefined, undefined, undefined, true]);
    expect(
      answers.flatMap((answer) => problemsOf('google.longrunning.Operation', answer, { answer: true })),
    ).toEqual([]);
    expect(counts(answers[3]!)).toEqual({ successCount: '2', totalCount: '2' });
    expect(caller.standIn.operations).toMatchObject([{ kind: 'import', state: 'done', polls: 3 }]);
  });

  it('can be done at once', async () => {
    await open({ synchronous: true });
    const { json } = await caller.post('import', { inlineSource: { documents: plainDocuments('a') } });
    expect(json).toMatchObject({ done: true, metadata: { successCount: '1' } });
  });

  it('reads all files that a wildcard means, as far as it reaches', async () => {
    await open();
    for (const name of ['x/1.ndjson', 'x/2.ndjson', 'x/y/3.ndjson', 'x/4.txt']) {
      caller.storage.put(`gs://bucket/${name}`, plainDocuments(name.replace(/\W/g, '-')));
    }
    await caller.run('import', { gcsSource: { inputUris: ['gs://bucket/x/*.ndjson'] } });
    expect(caller.ids()).toEqual(['x-1-ndjson', 'x-2-ndjson']);
    await caller.run('import', {
      gcsSource: { inputUris: ['gs://bucket/x/**.ndjson', 'gs://bucket/x/?.txt'] },
    });
    expect(caller.ids()).toHaveLength(4);
  });

  it('that is FULL deletes what the files lack, and what is bad in them', async () => {
    await open();
    await caller.importLines(plainDocuments('a', 'b', 'c'));
    const mode = { reconciliationMode: 'FULL' };
    const operation = await caller.importLines([...plainDocuments('a'), { id: 'b' }], mode);
    expect(caller.ids()).toEqual(['a']);
    expect(counts(operation)).toEqual({ successCount: '1', failureCount: '1', totalCount: '2' });
  });

  it.each([
    ['a file that is not there', ['gs://bucket/none'], 5, 'No file matches gs://bucket/none.'],
    ['a wildcard that matches nothing', ['gs://bucket/*.none'], 5, 'No file matches gs://bucket/*.none.'],
    ['an empty file', ['gs://bucket/empty'], 3, 'The file gs://bucket/empty is empty.'],
  ])('of %s ends with an error', async (_, inputUris, code, message) => {
    await open();
    caller.storage.put('gs://bucket/empty', ['']);
    const operation = await caller.run('import', { gcsSource: { inputUris } });
    expect(operation).toMatchObject({ done: true, error: { code, message } });
    expect(operation).not.toHaveProperty('response');
  });

  it('does not begin if the request is not as it should be', async () => {
    await open();
    const inputUris = Array.from({ length: 101 }, (_, index) => `gs://bucket/${index}`);
    const message = 'At most 100 values are allowed in "gcsSource.inputUris", but 101 values found.';
    expect(errorOf(await caller.post('import', { gcsSource: { inputUris } }))).toEqual([
      400,
      'INVALID_ARGUMENT',
      message,
    ]);
    expect(caller.standIn.violations).toEqual([message]);
    expect(caller.standIn.operations).toEqual([]);
  });

  it('is refused if its folder for errors is not empty', async () => {
    await open();
    caller.storage.put('gs://bucket/errors/', []);
    const more = { errorConfig: { gcsPrefix: 'gs://bucket/errors/' } };
    await expect(caller.importLines(plainDocuments('a'), more)).resolves.toMatchObject({ done: true });
    caller.storage.put('gs://bucket/errors/old', ['x']);
    await expect(caller.importLines(plainDocuments('a'), more)).rejects.toThrow('is not empty');
  });

  it('says so rather than doing half of what it does not know', async () => {
    await open();
    const body = { gcsSource: { inputUris: ['gs://bucket/a'], dataSchema: 'csv' } };
    expect((await caller.post('import', body)).status).toBe(501);
  });
});

describe('a bad document', () => {
  const lines = [
    ...plainDocuments('a'),
    '{"id":',
    { id: 'b.c', structData: {} },
    { id: 'd' },
    { id: 'e', structData: {}, titel: 1 },
    ...plainDocuments('f', 'a'),
  ];
  const errorConfig = { gcsPrefix: 'gs://bucket/errors' };

  it('fails alone, is counted, and is a violation', async () => {
    await open();
    const operation = await caller.importLines(lines);
    expect(caller.ids()).toEqual(['a', 'f']);
    // Two lines with one id are one document.
    expect(counts(operation)).toEqual({ successCount: '2', failureCount: '4', totalCount: '6' });
    expect(caller.standIn.violations).toHaveLength(4);
    expect(problemsOf('google.longrunning.Operation', operation, { answer: true })).toEqual([]);
  });

  it.each<[ErrorForm, unknown[]]>([
    [
      'line',
      ['gs://bucket/in-0.ndjson:2', 'gs://bucket/in-0.ndjson:3', 'gs://bucket/in-0.ndjson:4'].map(resource),
    ],
    ['document', [undefined, undefined, resource(`${branch}/documents/d`)]],
    ['anonymous', [undefined, undefined, undefined]],
  ])('is named in the form %s, in samples and in error files', async (errorForm, named) => {
    await open({ errorForm, errorsPerShard: 3 });
    const operation = await caller.importLines(lines, { errorConfig });
    const written = ['00000', '00001'].map((shard) =>
      caller.storage.text(`gs://bucket/errors/errors-${shard}.jsonl`).trim().split('\n'),
    );
    expect(written.map((shard) => shard.length)).toEqual([3, 1]);
    const statuses: unknown[] = written.flat().map((line): unknown => JSON.parse(line));
    expect(statuses.flatMap((status) => problemsOf('google.rpc.Status', status))).toEqual([]);
    expect(samples(operation)).toEqual(statuses.slice(0, 3));
    const details = samples(operation).map((status) => isJsonObject(status) && status['details']);
    expect(details).toEqual(named.map((info) => info && [info]));
    expect(operation['response']).toMatchObject({ errorConfig });
  });

  it('can be made of a good one', async () => {
    await open({
      rejectDocument: ({ id }) => (id === 'b' ? 'Invalid datetime x' : undefined),
      errorSamples: 1,
    });
    const operation = await caller.importLines(plainDocuments('a', 'b', 'c'));
    expect(caller.ids()).toEqual(['a', 'c']);
    expect(samples(operation)).toMatchObject([{ message: 'Invalid datetime x' }]);
    expect(caller.standIn.violations).toEqual([]);
  });
});

describe('the readers of a document', () => {
  it('is whom every entry of its readers admits', async () => {
    await open();
    const document = (id: string, ...readers: object[]) => ({ id, structData: {}, aclInfo: { readers } });
    const either = { principals: [{ userId: 'mei@x' }, { groupId: 'hr@x' }] };
    const lines = [
      document('either', either),
      document('both', either, { principals: [{ groupId: 'leads@x' }] }),
      document('everybody', { idpWide: true }),
      document('user-hr', { principals: [{ userId: 'hr@x' }] }),
    ];
    await caller.importLines(lines, {}, ACL_STORE);
    const found = (user?: string, ...groups: string[]) =>
      caller.standIn.searchAs(ACL_STORE, user === undefined ? { groups } : { user, groups });
    expect(found()).toEqual(['everybody']);
    expect(found('mei@x')).toEqual(['either', 'everybody']);
    expect(found('li@x', 'hr@x')).toEqual(['either', 'everybody']);
    expect(found('mei@x', 'leads@x')).toEqual(['both', 'either', 'everybody']);
    expect(found('li@x', 'leads@x')).toEqual(['everybody']);
  });

  it('is everybody in a store without access control', async () => {
    await open();
    await caller.importLines(plainDocuments('b', 'a'));
    expect(caller.standIn.searchAs({ project: 'my-project', location: 'eu', id: 'hr' }, {})).toEqual([
      'a',
      'b',
    ]);
  });

  it('is known even if nothing else of the document is kept', async () => {
    await open({ keepContent: false, checkDocuments: false });
    const aclInfo = { readers: [{ principals: [{ userId: 'mei@x' }] }] };
    await caller.importLines([{ id: 'a', jsonData: '{"n":1}', aclInfo }, { id: 'b.c' }], {}, ACL_STORE);
    expect(caller.standIn.searchAs(ACL_STORE, { user: 'mei@x' })).toEqual(['a']);
    expect(caller.standIn.documents(ACL_STORE).get('a')).toMatchObject({
      data: undefined,
      document: undefined,
    });
    expect(caller.standIn.requests.every(({ body }) => body === undefined)).toBe(true);
    expect(caller.ids(ACL_STORE)).toEqual(['a']);
  });
});
