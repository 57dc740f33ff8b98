import { describe, expect, it } from '@jest/globals';
import { mappingVersion } from '../../../src/pipeline/mapping/mapping.ts';

describe('the version of a mapping', () => {
  it('is the same for the same mapping, and 16 digits', () => {
    expect(mappingVersion({ a: 1, b: ['x'] })).toBe(mappingVersion({ a: 1, b: ['x'] }));
    expect(mappingVersion({})).toMatch(/^[0-9a-f]{16}$/);
  });

  it('is another one when anything in it is different', () => {
    const made = [{}, { a: 1 }, { a: '1' }, { a: 2 }, { b: 1 }, ['a', 1]].map(mappingVersion);
    expect(new Set(made).size).toBe(made.length);
  });
});
