import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isPlainName } from '../../../src/pipeline/readers/plain-names.ts';
import { namesIn } from '../../../src/pipeline/readers/reader-names.ts';

test('what is plainly a name is one by the rules for all names, in lower case if it is an address', () => {
  const unit = fc.constantFrom(...Array.from('aBn1@. _-/#=|<[\'":,\\'));
  const words = fc.constantFrom('null', 'None', 'nan', 'undefined', 'n/a', 'nil', 'anna@x.com', 'Team A');
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit, maxLength: 6 }), words), (name) => {
      const bytes = Buffer.from(`{${name}}`);
      if (!isPlainName(bytes, 1, bytes.length - 1)) return;
      expect(namesIn(name)).toEqual([name.includes('@') ? name.toLowerCase() : name]);
    }),
    { numRuns: 2_000 },
  );
});

test.each(['anna@x.com', 'HR', 'Team A', 'R&D', 'CN=HR', 'hr-1_2.x'])('%j is plainly a name', (name) => {
  expect(isPlainName(Buffer.from(name), 0, name.length)).toBe(true);
});
