import fc from 'fast-check';

const SPECIAL = Array.from(`:%,;{}[]"\\'/ \t\n\r\b\f<>&\u0001\u001f\u007f\u0085\u2028\u2029\ufeff\ufffd`);
const ORDINARY = Array.from('abAé漢😀\u0301@253');

/** One code point that UTF-8 can hold, but NUL, with more than their share of those that are special somewhere. */
const character = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...SPECIAL) },
  { weight: 2, arbitrary: fc.constantFrom(...ORDINARY) },
  {
    weight: 2,
    arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }).filter((one) => one !== '\0'),
  },
);

/** Text of such characters, perhaps empty. */
export const text = fc.string({ unit: character, maxLength: 24 });
