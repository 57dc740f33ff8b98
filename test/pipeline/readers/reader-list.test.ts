import { describe, expect, it, test } from '@jest/globals';
import fc from 'fast-check';
import type { Column } from '../../../src/pipeline/ports/ports.ts';
import { readReaders } from '../../../src/pipeline/readers/reader-list.ts';

function listOf(
  names: readonly string[],
  form: 'text' | 'lines' | 'json text' | 'json' | 'array',
): [string, Column['kind']] {
  if (form === 'array') return [`{${names.map((name) => JSON.stringify(name)).join(',')}}`, 'array'];
  if (form === 'json' || form === 'json text')
    return [JSON.stringify(names), form === 'json' ? 'json' : 'text'];
  return [names.join(form === 'lines' ? '\n' : ' ; '), 'text'];
}

const ANNA = 'anna@x.com';
const BOB = 'bob@x.com';

describe('readReaders', () => {
  test.each<[string, Column['kind'], string[]]>([
    ['b, a;c\nd', 'text', ['a', 'b', 'c', 'd']],
    [' Ann@X.Org , ann@x.org', 'text', ['ann@x.org']],
    ['Staff, staff', 'text', ['Staff', 'staff']],
    ['["b", "a", null, ""]', 'text', ['a', 'b']],
    ['"a; b"', 'json', ['a', 'b']],
    ['{b,"a,c",NULL,{d}}', 'array', ['a,c', 'b', 'd']],
    ['{b,A@x.org,b}', 'array', ['a@x.org', 'b']],
    ['{nullable,a}', 'array', ['a', 'nullable']],
    ['[0:1]={b,a}', 'array', ['a', 'b']],
    ['{anna@x.com,bob@x.com}', 'text', [ANNA, BOB]],
    ['{"anna@x.com",NULL,"Doe, Jo"}', 'text', ['Doe, Jo', ANNA]],
    ["['anna@x.com', 'bob@x.com']", 'text', [ANNA, BOB]],
    ["('anna@x.com', None)", 'text', [ANNA]],
    ["{'anna@x.com', 'bob@x.com'}", 'text', [ANNA, BOB]],
    ['[anna@x.com, bob@x.com]', 'text', [ANNA, BOB]],
    ['"anna@x.com","bob@x.com"', 'text', [ANNA, BOB]],
    ["'anna@x.com';", 'text', [ANNA]],
    [`'O\\'Neill', 'O''Brien', "The ""A"" Team"`, 'text', ["O'Brien", "O'Neill", 'The "A" Team']],
    [`["'hr'", "\\" Anna@x.com\\""]`, 'json', [ANNA, 'hr']],
    [`{'hr',"\\"legal\\""}`, 'array', ['hr', 'legal']],
    ['Anna B <anna@x.com>; Bob <BOB@x.com>', 'text', [ANNA, BOB]],
    ['"B, Anna" <anna@x.com>, bob@x.com', 'text', [ANNA, BOB]],
    ['anna@x.com <anna@x.com>', 'text', [ANNA]],
    ['anna@x.com (Anna B)', 'text', [ANNA]],
    ['mailto:Anna@x.com;MAILTO:bob@x.com', 'text', [ANNA, BOB]],
    ['anna@x.com|bob@x.com', 'text', [ANNA, BOB]],
    ['anna@x.com bob@x.com,,', 'text', [ANNA, BOB]],
    ['\ufeffanna@x.com\u200b', 'text', [ANNA]],
    ['anna@x.com, NULL', 'text', [ANNA]],
    ['["Anna B <anna@x.com>", "bob@x.com; anna@x.com"]', 'json', [ANNA, BOB]],
    ['"[\\"anna@x.com\\",\\"bob@x.com\\"]"', 'json', [ANNA, BOB]],
    ['"{anna@x.com,bob@x.com}"', 'json', [ANNA, BOB]],
    ["o'brien@x.com, bob_x.com#EXT#@t.com", 'text', ['bob_x.com#ext#@t.com', "o'brien@x.com"]],
    [
      '[Staff] Berlin;R&D (Paris);CN=HR;DOMAIN\\hr;@editors',
      'text',
      ['@editors', 'CN=HR', 'DOMAIN\\hr', 'R&D (Paris)', '[Staff] Berlin'],
    ],
    ['principal://iam.example/subject/Anna@x.com', 'text', ['principal://iam.example/subject/anna@x.com']],
    ['{101,102}', 'array', ['101', '102']],
    ['7', 'integer', ['7']],
  ])('reads %j as %s', (text, kind, names) => {
    expect(readReaders(text, { kind })).toEqual({ names });
  });

  const NOTHING = [
    '',
    ' ',
    ' ,;\n ',
    'NULL',
    'null',
    '\\N',
    'None',
    'nan',
    'NaN',
    '{}',
    '{ }',
    '[]',
    '()',
    '(null)',
    'N/A',
    '""',
    "''",
    '[null]',
    "['']",
    '{NULL}',
    '[None]',
    'NULL,null',
  ];
  test.each(NOTHING)('takes %j for no readers, also inside of JSON', (text) => {
    expect(readReaders(text, { kind: 'text' })).toEqual({ names: [] });
    expect(readReaders(JSON.stringify(text), { kind: 'json' })).toEqual({ names: [] });
  });
  test.each(['null', '{}', '[]', '[null,""]', '["NULL","None"]'])(
    'takes the JSON %s for no readers',
    (json) => {
      expect(readReaders(json, { kind: 'json' })).toEqual({ names: [] });
      expect(readReaders(json, { kind: 'text' })).toEqual({ names: [] });
    },
  );
  test('reads a list of a database whose items are JSON', () => {
    const literal = String.raw`{"\"hr\"",NULL,"[\"legal\", null]"}`;
    expect(readReaders(literal, { kind: 'array', element: 'json' })).toEqual({ names: ['hr', 'legal'] });
  });
  test('takes a list of NULLs for no readers', () => {
    expect(readReaders('{NULL,null,"None",{}}', { kind: 'array' })).toEqual({ names: [] });
  });

  test.each<[string, string]>([
    ['{"users":["anna@x.com"]}', '{"users":["anna@x.com"]}'],
    ['["anna@x.com", 102]', '102'],
    ['[101, 102]', '101'],
    ['[["anna@x.com"]]', '["anna@x.com"]'],
    ['[{"email":"anna@x.com"}]', '{"email":"anna@x.com"}'],
    ['[true]', 'true'],
    ['["{anna@x.com"]', '{anna@x.com'],
    ['["[hr]"]', '[hr]'],
    ['["{hr}"]', '{hr}'],
    ['hr) team', 'hr) team'],
    ['[101, None]', '101'],
    ['[team, anna@x.com', '[team'],
    ['{anna@x.com', '{anna@x.com'],
    ["'bob@x.com']", "'bob@x.com']"],
    ['{anna@x.com=READ}', 'anna@x.com=READ'],
    ['Doe, Anna <anna@x.com>', 'Doe, Anna <anna@x.com>'],
    ['bob@x.com Anna <anna@x.com>', 'bob@x.com Anna <anna@x.com>'],
    ['anna|bob', 'anna|bob'],
    ['anna@', 'anna@'],
    ['@', '@'],
    ['Team @ Work', 'Team @ Work'],
    ['-', '-'],
    ['a\tb', 'a\tb'],
    ['"anna', '"anna'],
    ['anna\ufffd', 'anna\ufffd'],
  ])('does not read %j, and says which part', (text, unreadable) => {
    expect(readReaders(text, { kind: 'text' })).toEqual({ unreadable });
    expect(readReaders(JSON.stringify(text), { kind: 'json' })).toEqual({ unreadable });
  });

  test.each(['7', 'true', '{"a":"b"}'])('does not read the JSON %s', (json) => {
    expect(readReaders(json, { kind: 'json' })).toEqual({ unreadable: json });
  });

  test.each(['boolean', 'bytes', 'date', 'timestamp', 'timestamptz'] as const)(
    'does not read a value of kind %s, nor a list of them',
    (kind) => {
      expect(readReaders('x', { kind })).toEqual({ unreadable: 'x' });
      expect(readReaders('{x}', { kind: 'array', element: kind })).toEqual({ unreadable: 'x' });
    },
  );

  test('says what is wrong with JSON that is not valid', () => {
    expect(readReaders('not json', { kind: 'json' })).toEqual({ invalidJson: true });
  });

  test.each(['json', 'text', 'array'] as const)('cannot be read in %s when they nest without end', (kind) => {
    const [open, close] = kind === 'array' ? ['{', '}'] : ['[', ']'];
    const deep = `${open.repeat(100_000)}${close.repeat(100_000)}`;
    expect(readReaders(deep, { kind })).not.toHaveProperty('names');
  });

  test('pass on a fault of the program, which is not one of the row', () => {
    const noText: unknown = Symbol('no text');
    expect(() => Reflect.apply(readReaders, undefined, [noText, { kind: 'json' }]) as unknown).toThrow(
      TypeError,
    );
  });

  test('reads long text without names in time', () => {
    for (const text of ['<', '"', "'", '"a,', '(', ' ', '[', '{']) {
      expect(readReaders(`x${text.repeat(200_000)}x`, { kind: 'text' })).toBeDefined();
    }
  });

  it('are the same in any order, any number of times, in any case of an address, in any form', () => {
    const local = fc.stringMatching(/^[a-z][a-z0-9.+-]{0,8}$/);
    const host = fc.stringMatching(/^[a-z](?:[a-z0-9.-]{0,6}[a-z0-9])?$/);
    const email = fc.tuple(local, host).map(([name, domain]) => `${name}@${domain}.org`);
    const group = fc.stringMatching(/^[A-MO-TV-Z][A-Za-z0-9 _-]{0,10}[a-z]$/);
    const list = fc.uniqueArray(fc.oneof(email, group), { minLength: 1, maxLength: 6 });
    const form = fc.constantFrom('text', 'lines', 'json text', 'json', 'array' as const);
    const disorder = list.chain((names) =>
      fc.record({
        names: fc.constant(names),
        again: fc.array(fc.constantFrom(...names), { maxLength: 6 }),
        rank: fc.array(fc.nat(), { minLength: 12, maxLength: 12 }),
        upper: fc.array(fc.boolean(), { minLength: 12, maxLength: 12 }),
        form,
      }),
    );
    fc.assert(
      fc.property(disorder, ({ names, again, rank, upper, form: written }) => {
        const varied = [...names, ...again]
          .map((name, index) => ({
            name: upper[index] && name.includes('@') ? name.toUpperCase() : name,
            index,
          }))
          .sort((a, b) => (rank[a.index] ?? 0) - (rank[b.index] ?? 0))
          .map(({ name }) => name);
        const [value, kind] = listOf(varied, written);
        expect(readReaders(value, { kind })).toEqual({ names: [...names].sort() });
      }),
    );
  });
});
