import { describe, expect, test } from '@jest/globals';
import { placeText } from '../../../src/pipeline/document/row-place.ts';

describe('placeText', () => {
  test.each([
    [{}, ''],
    [{ file: 'people/a.csv', line: 4 }, 'people/a.csv, line 4'],
    [{ file: 'people/anna.md' }, 'people/anna.md'],
    [{ page: 2, record: 3 }, 'page 2, record 3'],
    [{ file: 'all.json', record: 3 }, 'all.json, record 3'],
  ])('says %j as %j', (place, text) => {
    expect(placeText(place)).toBe(text);
  });

  test('spells out what is not seen when a name of a file holds it', () => {
    expect(placeText({ file: 'a\u202e\n.csv' })).toBe('a\\u202e .csv');
  });
});
