import fc from 'fast-check';
import type { Column, ColumnKind } from '../../../src/pipeline/ports/ports.ts';
import type { WireValue } from './rows-source.ts';

/** A column of each kind that a kernel renders. */
export const ALL: readonly Column[] = [
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
export const TEXTS = ['id', 'text', 'number', 'decimal', 'float', 'flag', 'stamp', 'zoned', 'date', 'raw'];
export const METADATA = ALL.map(({ name }) => name).filter((name) => name !== 'raw');

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
/** Values that a kernel renders in any place. */
const PLAIN_TEXTS = ['1', 'a', '-12', 'x-y_z.~', 'Some(text)'];
const PLAIN: Readonly<Record<string, readonly string[]>> = {
  text: ['a', 'One', 'x'.repeat(15), 'x'.repeat(16), 'y'.repeat(33)],
  flag: ['t', 'f'],
  stamp: ['2024-01-02 03:04:05', '2024-01-02 03:04:05.678'],
  zoned: ['2024-01-02 03:04:05-03', '2024-01-02 03:04:05.678901+00', '2024-01-02 03:04:05+05:30', 'infinity'],
  date: ['2024-01-02', '0044-03-15'],
  raw: ['00ff'],
  words: ['{a,"b c",NULL,""}', '{}', '{"NULL",null,ü}'],
  numbers: ['{1,-2.5,NULL,NaN}', '{}', '{007}'],
  flags: ['{t,f}', '{NULL}'],
  stamps: ['{"2024-01-02 03:04:05+00"}', '{infinity}', '{}'],
  users: ['{Anna@Example.com,bob@x.org,anna@example.com}', '{a}', '{nurses,A@x.org,"HR Team",a@X.org}'],
  groups: ['{hr@example.com,HR}', '{}', '{b,a,b,c,a}'],
};
const valueOf = ({ name, kind }: Column): fc.Arbitrary<WireValue> => {
  const any: fc.Arbitrary<WireValue> =
    name === 'users' || name === 'groups' ? arrayOf(NAMES) : BYTES_OF[kind];
  const odd = fc.oneof(fc.constant(null), fc.constant(undefined), fc.uint8Array({ maxLength: 20 }));
  return fc.oneof(
    { weight: 100, arbitrary: oneOf(...(PLAIN[name] ?? PLAIN_TEXTS)) },
    { weight: 12, arbitrary: any },
    { weight: 1, arbitrary: odd },
  );
};
/** A value for each of these columns, plain or odd. */
export const VALUES = ALL.map(valueOf);
const TEMPLATES = fc
  .array(
    fc.oneof(
      oneOf(...TEXTS).map((name) => `{{ ${name} }}`),
      oneOf(' – ', '"', '\n', 'text '),
    ),
    { maxLength: 6 },
  )
  .map((parts) => parts.join(''));
export const MAPPINGS = fc.record(
  {
    idField: fc.oneof(oneOf(...TEXTS), fc.uniqueArray(oneOf(...TEXTS), { minLength: 1, maxLength: 3 })),
    titleField: oneOf(...TEXTS),
    contentTemplate: TEMPLATES,
    uriTemplate: fc
      .array(oneOf(...TEXTS.map((name) => `{{ ${name} }}`), '/', '?', 'a'), { maxLength: 4 })
      .map((parts) => `https://x.example/${parts.join('')}`),
    metadataFields: fc.uniqueArray(oneOf(...METADATA), { maxLength: 6 }),
    aclUsersField: fc.constant('users'),
    aclGroupsField: fc.constant('groups'),
    watermarkField: oneOf('stamp', 'zoned', 'date', 'number'),
    config: fc.constantFrom('CONTENT_REQUIRED' as const, 'NO_CONTENT' as const),
  },
  { requiredKeys: ['idField', 'titleField', 'contentTemplate', 'metadataFields', 'config'] },
);
