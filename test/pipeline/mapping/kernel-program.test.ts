import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { discoveryRecords } from '../../../src/gemini/records.ts';
import { openKernel } from '../../../src/kernel/open-kernel.ts';
import { batchRenderer } from '../../../src/pipeline/mapping/kernel-program.ts';
import type { Column } from '../../../src/pipeline/ports/ports.ts';
import { ALL, MAPPINGS, METADATA, TEXTS, VALUES } from '../../support/pipeline/kernel-mappings.ts';
import { KEY, renderedByKernel, renderedSingly } from '../../support/pipeline/kernel-rows.ts';
import { mappingOf, template } from '../../support/pipeline/mapping.ts';
import { batchOf, type WireRow } from '../../support/pipeline/rows-source.ts';

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

  test('renders a title of several parts, and a link with several values in its path', () => {
    const uriTemplate = 'https://x.example/{{ id }}/{{ id }}?{{ id }}';
    const { uri } = mappingOf({ uriTemplate });
    const mapping = { ...HR, title: template('Dr. "{{ full_name }}"\n'), uri };
    const batch = batchOf(COLUMNS, [hrRow(1), hrRow(2)]);
    const found = renderedByKernel(mapping, batch, 'NO_CONTENT');
    expect(found).toEqual(renderedSingly(mapping, batch, 'NO_CONTENT'));
  });

  test('gives the bytes of the renderer of single rows for every row that it renders', () => {
    fc.assert(
      fc.property(
        MAPPINGS,
        fc.array(fc.tuple(...VALUES), { minLength: 1, maxLength: 12 }),
        (mapping, rows) => {
          const batch = batchOf(ALL, rows);
          const { config, watermarkField, ...spec } = mapping;
          const compiled = mappingOf(spec, {
            ...(watermarkField !== undefined && { watermarkField }),
            textRequired: config === 'CONTENT_REQUIRED',
          });
          const found = renderedByKernel(compiled, batch, config);
          const single = renderedSingly(compiled, batch, config);
          expect(found?.map((one, row) => (one === 'left' ? single[row] : one))).toEqual(single);
        },
      ),
      { numRuns: 100 },
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

  test.each([
    ['has a template that needs the engine', { contentTemplate: '{{ title | upcase }}' }, {}],
    ['has a column of JSON in its content', { contentTemplate: '{{ object }}' }, {}],
    ['has a column of bytes in its metadata', { metadataFields: ['raw'] }, {}],
    ['has a column of JSON in its metadata', { metadataFields: ['object'] }, {}],
    ['has readers in text', { aclUsersField: 'title' }, {}],
    ['has readers in an array of booleans', { aclUsersField: 'flags' }, {}],
    ['has a link that is a value', { uriTemplate: '{{ title }}' }, {}],
    ['has its times in JSON', {}, { watermarkField: 'object' }],
  ])('leaves a mapping that %s', (_, spec, others) => {
    const columns: readonly Column[] = [
      { name: 'id', kind: 'text' },
      { name: 'title', kind: 'text' },
      { name: 'object', kind: 'json' },
      { name: 'raw', kind: 'bytes' },
      { name: 'flags', kind: 'array', element: 'boolean' },
    ];
    const batch = batchOf(columns, [['1', 'One', '{}', '\\x00', '{t}']]);
    expect(renderedByKernel(mappingOf(spec, others), batch, 'CONTENT_REQUIRED')).toBeUndefined();
  });

  test('leaves a canonical mapping, and records without steps', () => {
    const columns: readonly Column[] = [
      { name: 'id', kind: 'text' },
      { name: 'title', kind: 'text' },
    ];
    const mapping = mappingOf();
    const records = discoveryRecords({ contentConfig: 'CONTENT_REQUIRED' });
    const canonical = { ...mapping, canonical: { readersKept: true } };
    expect(batchRenderer(openKernel(), canonical, columns, records, KEY)).toBeUndefined();
    expect(
      batchRenderer(openKernel(), mapping, columns, { ...records, steps: undefined }, KEY),
    ).toBeUndefined();
    expect(batchRenderer(openKernel(), mapping, columns, records, KEY)).toBeDefined();
  });

  test('fails when the source lacks a column of the mapping', () => {
    const records = discoveryRecords({ contentConfig: 'CONTENT_REQUIRED' });
    expect(() => batchRenderer(openKernel(), mappingOf(), [], records, KEY)).toThrow(
      expect.objectContaining({ code: 'SOURCE_COLUMN_MISSING' }),
    );
  });
});
