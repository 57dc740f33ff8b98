import { expect, test } from '@jest/globals';
import { nextLink } from '../../../src/sources/http/link-header.ts';

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
