import { describe, expect, test } from '@jest/globals';
import { fieldFindings } from '../../../../src/definitions/connector/rules/fields.ts';
import { fileFindings } from '../../../../src/definitions/connector/rules/file.ts';

type Fields = Readonly<Record<string, unknown>>;

const connector = (source: Fields, mapping: Fields = {}) => ({
  spec: { source: { type: 'file', path: 'in', glob: '*', ...source }, mapping },
});
const found = (source: Fields) => fileFindings(connector(source)).map(({ code, path }) => `${code} ${path}`);
const fieldsRefused = (source: Fields, mapping: Fields) =>
  fieldFindings(connector(source, mapping)).map(({ code, path }) => `${code} ${path}`);

describe('a connector of files', () => {
  test.each([
    { format: 'csv' },
    {
      format: 'csv',
      encoding: 'latin1',
      csv: { delimiter: ';', quote: '', header: true, normalizeHeader: true },
    },
    { format: 'csv', csv: { header: false, columns: ['id'] } },
    { format: 'csv', documentPer: 'row', csv: { delimiter: '"', quote: "'" } },
    { format: 'ndjson' },
    { documentPer: 'file', encoding: 'windows-1252' },
  ])('may be %j', (source) => {
    expect(found(source)).toEqual([]);
  });

  test.each<[Fields, string[]]>([
    [{}, ['missing_key spec.source.format']],
    [{ documentPer: 'row' }, ['missing_key spec.source.format']],
    [
      { documentPer: 'file', format: 'csv', csv: {} },
      ['misplaced_key spec.source.format', 'misplaced_key spec.source.csv'],
    ],
    [
      { format: 'ndjson', csv: { delimiter: ';' }, encoding: 'latin1' },
      ['misplaced_key spec.source.csv', 'misplaced_key spec.source.encoding'],
    ],
    [{ format: 'csv', csv: { columns: ['id'] } }, ['misplaced_key spec.source.csv.columns']],
    [{ format: 'csv', csv: { header: false } }, ['missing_key spec.source.csv.columns']],
    [
      { format: 'csv', csv: { header: false, columns: ['id'], normalizeHeader: true } },
      ['misplaced_key spec.source.csv.normalizeHeader'],
    ],
    [
      { format: 'csv', csv: { header: false, columns: ['id', '_line'] } },
      ['wrong_value spec.source.csv.columns[1]'],
    ],
    [{ format: 'csv', csv: { quote: ',' } }, ['wrong_value spec.source.csv.quote']],
    [{ format: 'csv', csv: { delimiter: '"' } }, ['wrong_value spec.source.csv.delimiter']],
    [{ format: 'csv', csv: { delimiter: '|', quote: '|' } }, ['wrong_value spec.source.csv.quote']],
  ])('may not be %j', (source, problems) => {
    expect(found(source)).toEqual(problems);
  });

  test('may name only what a file has when the file is the document', () => {
    const mapping = { idField: '_file', titleField: '_name', contentTemplate: '{{ content }} {{ body }}' };
    expect(
      fieldsRefused({ documentPer: 'file' }, { ...mapping, metadataFields: ['modified_at', 'size'] }),
    ).toEqual([
      'field_not_selected spec.mapping.metadataFields[1]',
      'field_not_selected spec.mapping.contentTemplate',
    ]);
  });

  test('may name only its own columns and the place of a row when there is no header', () => {
    const csv = { header: false, columns: ['id', 'name'] };
    const mapping = { idField: ['id', '_line'], titleField: 'nmae', contentTemplate: '{{ _file }}' };
    expect(fieldsRefused({ format: 'csv', csv }, mapping)).toEqual([
      'field_not_selected spec.mapping.titleField',
    ]);
    expect(fieldsRefused({ format: 'csv', csv: { header: true } }, mapping)).toEqual([]);
  });
});

test.each([undefined, null, 'text', [], {}, { spec: { source: 7 } }, { spec: { source: { type: 'http' } } }])(
  'the rules are silent about %j',
  (value) => {
    expect(fileFindings(value)).toEqual([]);
  },
);

describe('the glob of a connector of files', () => {
  const isRefused = (glob: string) => found({ format: 'csv', glob }).includes('wrong_value spec.source.glob');

  test.each([
    '*.csv',
    '**/*.{csv,tsv,txt,ndjson}',
    '**/*/**/*-*-*.csv',
    '{*-*.csv,*-*.tsv,*-*-*}',
    '*-*/*-*-*/*-*',
    '@(a|b)*.csv',
    '!(old)*-*.csv',
    '[*+]*[*]*[!*]*',
    'c++',
  ])('may be %s', (glob) => {
    expect(isRefused(glob)).toBe(false);
  });

  test.each([
    '*-*-*-*.csv',
    '{*-*,a}{*,b*}*.csv',
    '(*|a)(*|b)(c|*)*',
    '!(old)*-*-*.csv',
    '**/**/**/a',
    '+(a|[a])b',
    '*([a]+)b',
    '(a+)+b',
    '{a,aa}+b',
    '[a]+[a]+[a]+[a]+b',
  ])('is refused when comparing it could take very long: %s', (glob) => {
    expect(isRefused(glob)).toBe(true);
  });
});
