import { describe, expect, test } from '@jest/globals';
import { lookalike, lookalikeSentences, spelledOut } from '../../../src/core/text/lookalike.ts';
import { growthOf } from '../../support/memory/processor-time.ts';

describe('a name that looks like another', () => {
  test.each([
    ['a zero-width space', 'id\u200B', 'id\\u200b'],
    ['a byte order mark', '\uFEFFid', '\\ufeffid'],
    ['two byte order marks', '\uFEFF\uFEFFid', '\\ufeff\\ufeffid'],
    ['a soft hyphen', 'i\u00ADd', 'i\\u00add'],
    ['a no-break space after it', 'id\u00A0', 'id\\u00a0'],
    ['blanks after it', 'id  ', 'id  '],
    ['a tab before it', '\tid', '\\tid'],
    ['a direction mark', 'id\u200E', 'id\\u200e'],
    ['a variation selector', 'id\uFE0F', 'id\\ufe0f'],
    ['a Cyrillic letter', '\u0456d', '\\u0456d'],
    ['fullwidth letters', '\uFF49\uFF44', '\\uff49\\uff44'],
  ])('is found with %s, and spelled out', (_, name, spelled) => {
    expect(lookalike('id', ['title', name])).toBe(name);
    expect(lookalike(name, ['title', 'id'])).toBe('id');
    expect(spelledOut(name)).toBe(`"${spelled}"`);
  });

  test('is found where an accent is stored in another form', () => {
    expect(lookalikeSentences(['caf\u00E9'], ['cafe\u0301'])).toBe(
      ' But there is "cafe\\u0301", which only looks like "caf\\u00e9".',
    );
  });

  test('is found where a blank within it is another one', () => {
    expect(lookalike('full name', ['full\u00A0name', 'full  name'])).toBe('full\u00A0name');
  });

  test.each([
    ['id', ['Id', 'idx', 'i d', 'title']],
    ['id', ['id']],
    ['cafe', ['caf\u00E9']],
  ])('%j is not one of %j', (name, others) => {
    expect(lookalike(name, others)).toBeUndefined();
    expect(lookalikeSentences([name], others)).toBe('');
  });

  test('is looked for in a time that is linear in the number of names', async () => {
    const names = (count: number, start: string) => Array.from({ length: count }, (_, n) => `${start}${n}`);
    const work = (size: number) => lookalikeSentences(names(size / 10, 'Field'), names(size, 'field'));
    expect(await growthOf(work, 100_000)).toBe('linear');
  });
});
