import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Column, ColumnKind } from '../../../src/pipeline/ports/ports.ts';
import { renderedByKernel, renderedSingly } from '../../support/pipeline/kernel-rows.ts';
import { mappingOf, template } from '../../support/pipeline/mapping.ts';
import { batchOf, type WireRow, type WireValue } from '../../support/pipeline/rows-source.ts';

const COLUMNS: readonly Column[] = [
  { name: 'id', kind: 'integer' },
  { name: 'full_name', kind: 'text' },
  { name: 'department', kind: 'text' },
  { name: 'biography', kind: 'text' },
  { name: 'hired_on', kind: 'date' },
  { name: 'users', kind: 'array', element: 'text' },
  { name: 'groups', kind: 'array', element: 'text' },
  { name: 'updated_at', kind: 'timestamptz' },
];
const HR = mappingOf(
  {
    idField: 'id',
    titleField: 'full_name',
    contentTemplate: '{{ full_name }} in "{{ department }}".\n\n{{ biography }}',
    uriTemplate: 'https://people.example.com/employees/{{ id }}',
    aclUsersField: 'users',
    aclGroupsField: 'groups',
    metadataFields: ['hired_on', 'department'],
  },
  { watermarkField: 'updated_at', textRequired: true },
);
const hrRow = (id: number): WireRow => [
  String(id),
  `Jürgen "Jay" O'Neil ${id}`,
  'Human Resources',
  `Joined in ${2000 + (id % 20)}\n\tand likes \\ and 中文 and 🙂. `.repeat(1 + (id % 7)),
  '2019-02-03',
  `{Anna.${id}@Example.com,boss.${id % 12}@example.com}`,
  '{hr@example.com,HR,hr@example.com}',
  '2026-01-02 03:04:05.678901+00',
];

const ALL: readonly Column[] = [
  { name: 'id', kind: 'text' },
  { name: 'text', kind: 'text' },
  { name: 'number', kind: 'integer' },
  { name: 'decimal', kind: 'decimal' },
  { name: 'float', kind: 'float' },
  { name: 'flag', kind: 'boolean' },
  { name: 'stamp', kind: 'timestamp' },
  { name: 'zoned', kind: 'timestamptz' },
  { name: 'date', kind: 'date' },
  { name: 'raw', kind: 'bytes' },
  { name: 'words', kind: 'array' },
  { name: 'numbers', kind: 'array', element: 'decimal' },
  { name: 'flags', kind: 'array', element: 'boolean' },
  { name: 'stamps', kind: 'array', element: 'timestamptz' },
  { name: 'users', kind: 'array', element: 'text' },
  { name: 'groups', kind: 'array' },
];
const TEXTS = ['id', 'text', 'number', 'decimal', 'float', 'flag', 'stamp', 'zoned', 'date', 'raw'];
const METADATA = ALL.map(({ name }) => name).filter((name) => name !== 'raw');

const oneOf = (...texts: readonly string[]) => fc.constantFrom(...texts);
const NUMBERS = oneOf(
  '0',
  '-0',
  '12',
  '007',
  '1.50',
  '1.',
  '.5',
  '-',
  '',
  'NaN',
  'Infinity',
  '1e5',
  '1E+5',
  '2e',
  '-3.5e-2x',
);
const ZONED = oneOf(
  ...['2024-01-02 03:04:05.678901+00', '2024-01-02 03:04:05-03', '2024-01-02 03:04:05+05:30', '2024-01-02'],
  ...[
    'infinity',
    '-infinity',
    '0044-03-15 00:00:00 BC',
    '',
    ' ',
    '2024-01-02 "x"+00',
    '1 2+00',
    '2024 \\ 01 02+01',
  ],
);
const TEXT = fc.oneof(
  fc.string({ maxLength: 40 }),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.constantFrom(
    ' ',
    '\u00a0',
    '\u3000\u2003',
    '\u200b',
    'é',
    '🙂',
    'a\0b',
    'x'.repeat(1_000),
    '"'.repeat(40),
    'a:b%c',
  ),
  fc
    .tuple(fc.string({ maxLength: 33 }), oneOf('"', '\\', '\n', '\u0001', '\u001f', 'ü'))
    .map(([text, end]) => text + end),
);
const WORDS = oneOf(
  'a',
  'NULL',
  'nuLL',
  '"b c"',
  '"NULL"',
  '""',
  '"q\\"x"',
  'ü',
  '1.',
  '-2',
  't',
  '{x}',
  '',
  ' ',
  'a b',
  '"2024-01-02 03:04:05+00"',
  '\t',
);
const NAMES = oneOf(
  ...[
    'Anna@Example.com',
    'bob@x.org',
    'anna@example.com',
    'hr',
    'HR Team',
    '"HR Team"',
    'nurses',
    'users',
    'null',
  ],
  ...[
    'None',
    'n/a',
    'undefined',
    'nil',
    'NaN',
    'Undefine',
    '@x',
    'x@',
    'a@b@c',
    '',
    '"a,b"',
    '"a"b',
    "o'neil",
    'ü',
    '1',
    '#',
    'a@-x',
  ],
);
const arrayOf = (items: fc.Arbitrary<string>) =>
  fc.oneof(
    fc.array(items, { maxLength: 4 }).map((all) => `{${all.join(',')}}`),
    fc.array(items, { maxLength: 20 }).map((all) => `{${all.join(',')}}`),
    oneOf('{}', '{', '}', '', '{a,}', '{,a}', '[0:1]={a,b}', 'a'),
  );
const BYTES_OF: Readonly<Record<ColumnKind, fc.Arbitrary<string>>> = {
  text: TEXT,
  integer: NUMBERS,
  decimal: NUMBERS,
  float: NUMBERS,
  boolean: oneOf('t', 'f', 'true', 'x'),
  timestamp: ZONED,
  timestamptz: ZONED,
  date: fc.oneof(ZONED, TEXT),
  json: TEXT,
  bytes: oneOf('\\x', '\\x00ff'),
  array: arrayOf(WORDS),
};
const valueOf = ({ name, kind }: Column): fc.Arbitrary<WireValue> => {
  const plain: fc.Arbitrary<WireValue> =
    name === 'users' || name === 'groups' ? arrayOf(NAMES) : BYTES_OF[kind];
  const odd = fc.oneof(fc.constant(null), fc.constant(undefined), fc.uint8Array({ maxLength: 20 }));
  return fc.oneof({ weight: 25, arbitrary: plain }, { weight: 1, arbitrary: odd });
};
const VALUES = ALL.map(valueOf);
const TEMPLATES = fc
  .array(
    fc.oneof(
      oneOf(...TEXTS).map((name) => `{{ ${name} }}`),
      oneOf(' – ', '"', '\n', 'text '),
    ),
    { maxLength: 6 },
  )
  .map((parts) => parts.join(''));
const MAPPINGS = fc.record({
  idField: fc.oneof(oneOf(...TEXTS), fc.uniqueArray(oneOf(...TEXTS), { minLength: 1, maxLength: 3 })),
  titleField: oneOf(...TEXTS),
  contentTemplate: TEMPLATES,
  uriTemplate: fc.option(
    fc
      .array(oneOf(...TEXTS.map((name) => `{{ ${name} }}`), '/', '?', 'a'), { maxLength: 4 })
      .map((parts) => `https://x.example/${parts.join('')}`),
    { nil: undefined },
  ),
  metadataFields: fc.uniqueArray(oneOf(...METADATA), { maxLength: 6 }),
  aclUsersField: fc.option(fc.constant('users'), { nil: undefined, freq: 3 }),
  aclGroupsField: fc.option(fc.constant('groups'), { nil: undefined, freq: 3 }),
  watermarkField: fc.option(oneOf('stamp', 'zoned', 'date', 'number'), { nil: undefined, freq: 3 }),
  config: fc.constantFrom('CONTENT_REQUIRED' as const, 'NO_CONTENT' as const),
});

describe('a kernel with the program of a mapping', () => {
  test.each(['CONTENT_REQUIRED', 'NO_CONTENT'] as const)(
    'renders every ordinary row as the renderer of single rows does, for %s',
    (contentConfig) => {
      const batch = batchOf(
        COLUMNS,
        Array.from({ length: 2_000 }, (_, id) => hrRow(id)),
      );
      const found = renderedByKernel(HR, batch, contentConfig);
      expect(found).toEqual(renderedSingly(HR, batch, contentConfig));
    },
  );

  test('gives the bytes of the renderer of single rows for every row that it renders', () => {
    fc.assert(
      fc.property(
        MAPPINGS,
        fc.array(fc.tuple(...VALUES), { minLength: 1, maxLength: 12 }),
        (mapping, rows) => {
          const batch = batchOf(ALL, rows);
          const { config, ...spec } = mapping;
          const compiled = mappingOf(spec, {
            watermarkField: mapping.watermarkField,
            textRequired: config === 'CONTENT_REQUIRED',
          });
          const found = renderedByKernel(compiled, batch, config);
          const single = renderedSingly(compiled, batch, config);
          expect(found?.map((one, row) => (one === 'left' ? single[row] : one))).toEqual(single);
        },
      ),
      { numRuns: 400 },
    );
  });

  test('leaves no row of plain values of any kind', () => {
    const row: WireRow = [
      ...['1', 'Ä "text"', '-12', '1.50', '1e9', 't', '2024-01-02 03:04:05.678', '2024-01-02 03:04:05-03'],
      ...['2024-01-02', '\\x00ff', '{a,"b c",NULL,"",1.}', '{1,-2.5,NULL,NaN}', '{t,f}'],
      ...['{"2024-01-02 03:04:05+00"}', '{nurses,A@x.org,"HR Team",a@X.org}', '{}'],
    ];
    const spec = {
      idField: ['text', 'stamp', 'flag'],
      titleField: 'zoned',
      contentTemplate: TEXTS.map((name) => `{{ ${name} }}`).join(' | '),
      uriTemplate: 'https://x.example/{{ date }}/?q={{ number }}&t={{ flag }}',
      metadataFields: METADATA,
      aclUsersField: 'users',
      aclGroupsField: 'groups',
    };
    const mapping = mappingOf(spec, { watermarkField: 'date' });
    const batch = batchOf(ALL, [row]);
    const found = renderedByKernel(mapping, batch, 'CONTENT_REQUIRED');
    expect(found).toEqual(renderedSingly(mapping, batch, 'CONTENT_REQUIRED'));
    expect(found).not.toContain('left');
  });
});
