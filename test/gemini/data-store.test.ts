import { describe, expect, test } from '@jest/globals';
import type { Api } from '../../src/gemini/api.ts';
import { aclMismatch, contentMismatch, readDataStore } from '../../src/gemini/data-store.ts';

const STORE = { projectId: 'p', location: 'eu', dataStoreId: 'hr' };
const never = new AbortController().signal;
const answering = (json: unknown): Api => ({ request: () => Promise.resolve(json) });

describe('what Google says of a data store', () => {
  test('is its access control, its content and the number of its project', async () => {
    const name = 'projects/123/locations/eu/collections/default_collection/dataStores/hr';
    const answer = { name, aclEnabled: true, contentConfig: 'CONTENT_REQUIRED' };
    await expect(readDataStore(STORE, answering(answer), never)).resolves.toEqual({
      aclEnabled: true,
      contentConfig: 'CONTENT_REQUIRED',
      projectNumber: '123',
    });
  });

  test('has its zero values left out, and may have the id of its project', async () => {
    await expect(
      readDataStore(STORE, answering({ name: 'projects/p/locations/eu' }), never),
    ).resolves.toEqual({
      aclEnabled: false,
      contentConfig: 'NO_CONTENT',
      projectNumber: undefined,
    });
  });
});

describe('the access control of documents and store', () => {
  const between = (acl: 'required' | 'off', aclEnabled: boolean) =>
    aclMismatch(
      { acl, contentConfig: 'NO_CONTENT' },
      { aclEnabled, contentConfig: 'NO_CONTENT', projectNumber: undefined },
    );

  test('fits when both have it, or neither', () => {
    expect([between('required', true), between('off', false)]).toEqual([undefined, undefined]);
  });

  test('does not fit when one has it', () => {
    expect(between('required', false)).toContain('everybody would see');
    expect(between('off', true)).toContain('no readers');
  });
});

test('a content configuration that differs is named on both sides', () => {
  const facts = { aclEnabled: false, contentConfig: 'PUBLIC_WEBSITE', projectNumber: undefined };
  expect(contentMismatch({ acl: 'off', contentConfig: 'NO_CONTENT' }, facts)).toMatch(
    /PUBLIC_WEBSITE.*NO_CONTENT/,
  );
  const same = { ...facts, contentConfig: 'NO_CONTENT' };
  expect(contentMismatch({ acl: 'off', contentConfig: 'NO_CONTENT' }, same)).toBeUndefined();
});
