import { expect, test } from '@jest/globals';
import { nextLink } from '../../../src/rest/paging/link-header.ts';
import { growthOf } from '../../support/memory/processor-time.ts';

test.each<[string | undefined, string | undefined]>([
  [undefined, undefined],
  ['', undefined],
  ['<https://x/?p=2>; rel="next"', 'https://x/?p=2'],
  ['<https://x/?p=2>; rel=next', 'https://x/?p=2'],
  ['<https://x/?p=2>;rel="last", </?p=3> ; REL="Next"', '/?p=3'],
  ['<https://x/?a=1,2;b>; title="a, <b>; rel=prev"; rel="next"', 'https://x/?a=1,2;b'],
  ['<https://x/>; rel="prev next"', 'https://x/'],
  ['<https://x/>; rel="nextish"', undefined],
  ['<https://x/>; title="rel=next"', undefined],
  ['<https://x/>; rel="prev"', undefined],
  ['https://x/; rel=next', undefined],
])('the header %j leads on to %j', (header, link) => {
  expect(nextLink(header)).toBe(link);
});

test.each<[string, (size: number) => string]>([
  ['links', (size) => '<a>; rel="x", '.repeat(size / 14)],
  ['parameters', (size) => `<a>${';a=b'.repeat(size / 4)}"`],
  ['blanks', (size) => `<a>;${' '.repeat(size)}a`],
  ['escapes in quotes', (size) => `<a>;rel="${'\\"'.repeat(size / 2)}`],
  ['addresses that do not end', (size) => '<'.repeat(size)],
])('reads a header in a time that is linear in its length: %s', async (_, header) => {
  expect(await growthOf((size) => nextLink(header(size)), 200_000)).toBe('linear');
});
