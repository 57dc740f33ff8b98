import { expect, test } from '@jest/globals';
import type { Api } from '../../../src/gemini/api/api.ts';
import { listDocumentIds } from '../../../src/gemini/api/list-documents.ts';

const STORE = { projectId: 'my-project', location: 'eu', dataStoreId: 'hr' };

/** An API that answers one list after the other, and then the last one again. */
async function listed(
  ...answers: readonly unknown[]
): Promise<{ ids: string[]; tokens: (string | undefined)[] }> {
  const tokens: (string | undefined)[] = [];
  const api: Api = {
    request: ({ query }) => {
      tokens.push(query?.['pageToken']);
      return Promise.resolve(answers[Math.min(tokens.length, answers.length) - 1]);
    },
  };
  const ids: string[] = [];
  for await (const page of listDocumentIds(STORE, api, new AbortController().signal)) ids.push(...page);
  return { ids, tokens };
}

test('a list of documents follows its pages, also across one without documents', async () => {
  const pages = [
    { documents: [{ id: 'a' }], nextPageToken: '2' },
    { nextPageToken: '3' },
    { documents: [{ id: 'b' }], nextPageToken: '' },
  ];
  expect(await listed(...pages)).toEqual({ ids: ['a', 'b'], tokens: [undefined, '2', '3'] });
});

test.each([
  ['that gives the same page again and again', { documents: [], nextPageToken: 'again' }],
  ['without ids', { documents: [{ name: 'x' }] }],
  ['that is not a list', { documents: 'many' }],
])('a list of documents %s is refused', async (_, answer) => {
  await expect(listed(answer)).rejects.toMatchObject({ code: 'GEMINI_REFUSED' });
});
