import { describe, expect, it } from '@jest/globals';
import { documentProblems } from './documents.ts';

const valid = {
  id: 'hr__1',
  structData: { title: 'Mei', office: null, years: 3.5, tags: ['a', { b: true }] },
  content: { mimeType: 'text/plain', rawBytes: 'aGk=' },
  aclInfo: { readers: [{ principals: [{ groupId: 'hr@x' }, { userId: 'mei@x' }] }] },
};

describe('a line of documents', () => {
  const store = { aclEnabled: true, contentConfig: 'CONTENT_REQUIRED' } as const;
  const plain = { aclEnabled: false, contentConfig: 'NO_CONTENT' } as const;
  const problems = (change: object, rules: Parameters<typeof documentProblems>[1] = store) =>
    documentProblems(JSON.stringify({ ...valid, ...change }), rules);
  const people = (count: number) =>
    Array.from({ length: count }, (_, index) => ({ userId: `person-${index}@x` }));

  it('is taken as the data store wants it', () => {
    expect(problems({})).toEqual([]);
    expect(documentProblems('{"id":"a","jsonData":"{\\"n\\":1}"}', plain)).toEqual([]);
    expect(problems({ id: 'a'.repeat(128) })).toEqual([]);
    expect(problems({ aclInfo: { readers: [{ idpWide: true }] } })).toEqual([]);
    expect(problems({ aclInfo: { readers: [{ principals: people(3000) }] } })).toEqual([]);
    expect(
      problems({ content: { mimeType: 'text/html', rawBytes: Buffer.alloc(1_000_000).toString('base64') } }),
    ).toEqual([]);
  });

  it.each([
    ['an id with a point', { id: 'a.b' }, /^id: must match/],
    ['an id that is too long', { id: 'a'.repeat(129) }, /^id: must match/],
    ['an empty id', { id: '' }, /^id: must match/],
    ['the name of another document', { name: 'projects/p/documents/other' }, /^name: /],
    ['no data', { structData: undefined }, /one of structData and jsonData is needed/],
    [
      'jsonData that is not an object',
      { structData: undefined, jsonData: '[1]' },
      /^jsonData: holds no JSON object$/,
    ],
    [
      'jsonData that is not valid JSON',
      { structData: undefined, jsonData: '{' },
      /^jsonData: holds no JSON object$/,
    ],
    [
      'a number that would be rounded',
      { structData: { a: [{ n: 2 ** 53 }] } },
      /^structData: has an integer beyond/,
    ],
    ['no content', { content: undefined }, /^content: the data store is CONTENT_REQUIRED$/],
    ['empty content', { content: { mimeType: 'text/plain', rawBytes: '' } }, /^content: has neither/],
    [
      'content of an unknown kind',
      { content: { mimeType: 'text/markdown', rawBytes: 'aGk=' } },
      /^content.mimeType/,
    ],
    [
      'content that is too large',
      { content: { mimeType: 'text/plain', rawBytes: Buffer.alloc(1_000_001).toString('base64') } },
      /^content.rawBytes: is more than 1000000 bytes$/,
    ],
    ['no readers', { aclInfo: undefined }, /^aclInfo: the data store has access control$/],
    ['an empty list of readers', { aclInfo: { readers: [] } }, /^aclInfo.readers: names nobody$/],
    ['an entry without readers', { aclInfo: { readers: [{}] } }, /^aclInfo.readers\[0\]: names nobody$/],
    [
      'a reader without a name',
      { aclInfo: { readers: [{ principals: [{ userId: '' }] }] } },
      /has an empty principal$/,
    ],
    [
      'too many readers',
      { aclInfo: { readers: [{ principals: people(3001) }] } },
      /has 3001 readers, of at most 3000$/,
    ],
  ])('is refused with %s', (_, change, problem) => {
    expect(problems(change)).toEqual([expect.stringMatching(problem)]);
  });

  it('is refused with what the data store does not have', () => {
    expect(problems({}, plain)).toEqual([
      'content: the data store is NO_CONTENT',
      'aclInfo: the data store has no access control',
    ]);
  });

  it('is refused when it is not valid JSON or not an object', () => {
    expect(documentProblems('{"id":', store)).toEqual(['The line is not JSON.']);
    expect(documentProblems('["a"]', store)).toEqual([expect.stringContaining('must be a JSON object')]);
  });
});
