import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { PayloadHasher } from '../../../src/apps/store/payload-hash.ts';

const hash = (json: string, ignoreFields?: readonly string[]) =>
  new PayloadHasher(ignoreFields).of(Buffer.from(json));

describe('the hash of a payload', () => {
  test('is that of the payload without the ignored fields', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 3 }), fc.jsonValue({ maxDepth: 2 }), (kept, ignored) => {
        const with_ = JSON.stringify({ kept, seen: { at: ignored, by: 1 } });
        const without = JSON.stringify({ seen: { by: 1 }, kept });
        expect(hash(with_, ['seen.at', 'missing.too'])).toBe(hash(without));
      }),
    );
  });

  test.each([
    ['{"a":1,"b":2}', '{"b":2}', 'a'],
    ['{"a":1,"b":2}', '{"a":1}', 'b'],
    ['{"a":1}', '{}', 'a'],
    ['{"a.b":1,"a":{"b":2}}', '{"a":{"b":2}}', 'a.b'],
    ['{"l":[{"id":1,"t":2},{"t":3}]}', '{"l":[{"id":1},{}]}', 'l[].t'],
    ['{"l":[1,2,3]}', '{"l":[1,3]}', 'l[1]'],
    ['{"l":[1,2]}', '{"l":[]}', 'l[]'],
    ['{"m":{"x":{"t":1},"y":{"t":2}}}', '{"m":{"x":{},"y":{}}}', 'm.*.t'],
    ['{"\\u00e4":1,"b":2}', '{"b":2}', 'ä'],
  ])('of %s is that of %s when %s is ignored', (json, without, path) => {
    expect(hash(json, [path])).toBe(hash(without));
  });

  test.each([
    ['{"a":1.10}', '{"a":1.1}'],
    ['{"a":9007199254740993}', '{"a":9007199254740992}'],
    ['{"a":null}', '{}'],
    ['{"a":"1"}', '{"a":1}'],
    ['{"a":[1,2]}', '{"a":[2,1]}'],
  ])('tells %s from %s', (one, other) => {
    expect(hash(one)).not.toBe(hash(other));
  });
});
