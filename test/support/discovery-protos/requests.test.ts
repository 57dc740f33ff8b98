import { protos } from '@google-cloud/discoveryengine';
import { describe, expect, it } from '@jest/globals';
import { importRequestProblems, purgeRequestProblems } from './requests.ts';

const { ImportDocumentsRequest } = protos.google.cloud.discoveryengine.v1;

const importBody = {
  gcsSource: { inputUris: ['gs://bucket/a.ndjson'], dataSchema: 'document' },
  reconciliationMode: 'INCREMENTAL',
  errorConfig: { gcsPrefix: 'gs://bucket/errors/' },
};

describe('the body of an import', () => {
  it('may name an enum or give its number, as Google’s client does', () => {
    expect(importRequestProblems(importBody)).toEqual([]);
    expect(importRequestProblems({ ...importBody, reconciliationMode: 1 })).toEqual([]);
  });

  it.each([
    [
      'an unknown mode',
      { ...importBody, reconciliationMode: 'INCREMENTEL' },
      /^reconciliationMode: .* is no /,
    ],
    [
      'a mode by an unknown number',
      { ...importBody, reconciliationMode: 9 },
      /^reconciliationMode: 9 is no /,
    ],
    ['the parent, which is in the URL', { ...importBody, parent: 'p' }, /^parent: is in the URL/],
    ['no source', { reconciliationMode: 'FULL' }, /^a source is needed$/],
    [
      'two sources',
      { ...importBody, inlineSource: { documents: [{ id: 'a' }] } },
      /only one of inlineSource and gcsSource/,
    ],
    ['no files', { gcsSource: { inputUris: [] } }, /^gcsSource.inputUris: is required$/],
    ['a source without files', { gcsSource: {} }, /^gcsSource.inputUris: is required$/],
    ['a path for a URI', { gcsSource: { inputUris: ['file:///a'] } }, /no gs:\/\/ URI/],
    [
      'the schema of a purge',
      { gcsSource: { inputUris: ['gs://bkt/a'], dataSchema: 'document_id' } },
      /^gcsSource.dataSchema/,
    ],
    ['ids by a field of whole documents', { ...importBody, idField: 'id' }, /^idField: is only for/],
    [
      'generated ids for whole documents',
      { ...importBody, autoGenerateIds: true },
      /^autoGenerateIds: is only for/,
    ],
    ['no documents', { inlineSource: { documents: [] } }, /^inlineSource.documents: is required$/],
    [
      'too many documents',
      { inlineSource: { documents: Array(101).fill({ id: 'a' }) } },
      /101 documents, of at most 100/,
    ],
    [
      'FULL from a part',
      { inlineSource: { documents: [{ id: 'a' }] }, reconciliationMode: 'FULL' },
      /^reconciliationMode: FULL/,
    ],
    [
      'an inline document with a typo',
      { inlineSource: { documents: [{ ID: 'a' }] } },
      /^inlineSource.documents\[0\].ID/,
    ],
    [
      'errors to a local folder',
      { ...importBody, errorConfig: { gcsPrefix: '/tmp/e/' } },
      /^errorConfig.gcsPrefix/,
    ],
  ])('is refused with %s', (_, body, problem) => {
    expect(importRequestProblems(body)).toEqual([expect.stringMatching(problem)]);
  });

  it('is refused with more files than Google takes, in Google’s words', () => {
    const inputUris = Array.from({ length: 101 }, (_, index) => `gs://bucket/${index}`);
    expect(importRequestProblems({ gcsSource: { inputUris } })).toEqual([
      'At most 100 values are allowed in "gcsSource.inputUris", but 101 values found.',
    ]);
  });

  it('has typos and unknown modes that Google’s runtime only drops', () => {
    const body = { gcsSource: { inputURIs: ['gs://bucket/a'] }, reconciliationMode: 'INCREMENTEL' };
    expect(ImportDocumentsRequest.fromObject(body).toJSON()).toEqual({ gcsSource: {} });
    expect(importRequestProblems(body)).toHaveLength(3);
  });
});

describe('the body of a purge', () => {
  const body = {
    filter: '*',
    gcsSource: { inputUris: ['gs://bucket/ids'], dataSchema: 'document_id' },
    force: true,
  };
  const branch = 'projects/p/locations/eu/collections/default_collection/dataStores/d/branches/0';

  it('is a file of bare ids, or full names', () => {
    expect(purgeRequestProblems(body)).toEqual([]);
    expect(
      purgeRequestProblems({ filter: '*', inlineSource: { documents: [`${branch}/documents/a`] } }),
    ).toEqual([]);
  });

  it.each([
    ['no source, which empties the branch', { filter: '*', force: true }, /would empty the branch/],
    ['no filter', { ...body, filter: undefined }, /^filter/],
    ['another filter', { ...body, filter: 'id="a"' }, /^filter: must be \*$/],
    [
      'the schema of an import',
      { ...body, gcsSource: { inputUris: ['gs://bucket/ids'] } },
      /^gcsSource.dataSchema/,
    ],
    ['bare ids inline', { filter: '*', inlineSource: { documents: ['a'] } }, /"a" is no full resource name/],
  ])('is refused with %s', (_, refused, problem) => {
    const json: unknown = JSON.parse(JSON.stringify(refused));
    expect(purgeRequestProblems(json)).toEqual([expect.stringMatching(problem)]);
  });
});
