import { textAt, textsAt, valueAt } from '../../draft.ts';
import { ROW_PLACE_COLUMNS } from '../file-columns.ts';
import { slowGlobReason } from './glob-work.ts';
import type { FieldFinding } from '../../problem.ts';

const SOURCE = 'spec.source';
const CSV = `${SOURCE}.csv`;

/** Rules about connectors that read files. */
export function fileFindings(connector: unknown): FieldFinding[] {
  if (textAt(connector, `${SOURCE}.type`) !== 'file') return [];
  return [
    ...formatFindings(connector),
    ...csvFindings(connector),
    ...ownNames(connector),
    ...globFindings(connector),
  ];
}

/** Rules about `csv`, which files and responses share. */
export function csvFindings(connector: unknown): FieldFinding[] {
  return [...headerFindings(connector), ...delimiterFindings(connector)];
}

const has = (connector: unknown, path: string): boolean => valueAt(connector, path) !== undefined;

function misplaced(connector: unknown, path: string, why: string, fix?: string): FieldFinding[] {
  if (!has(connector, path)) return [];
  const name = path.slice(path.lastIndexOf('.') + 1);
  return [
    { code: 'misplaced_key', path, message: `${name} has no use here: ${why}.`, fix: fix ?? `no ${name}` },
  ];
}

function missing(path: string, message: string, fix: string): FieldFinding[] {
  return [{ code: 'missing_key', path, message, fix }];
}

function formatFindings(connector: unknown): FieldFinding[] {
  const format = `${SOURCE}.format`;
  if (valueAt(connector, `${SOURCE}.documentPer`) === 'file') {
    const why = 'a file that is one document is taken as it is';
    return [...misplaced(connector, format, why), ...misplaced(connector, CSV, why)];
  }
  if (!has(connector, format)) {
    return missing(
      format,
      'format is missing. How rows are written in the files.',
      'format: csv | ndjson, or documentPer: file',
    );
  }
  if (valueAt(connector, format) !== 'ndjson') return [];
  return [
    ...misplaced(connector, CSV, 'the files are NDJSON'),
    ...misplaced(connector, `${SOURCE}.encoding`, 'JSON is always UTF-8'),
  ];
}

function headerFindings(connector: unknown): FieldFinding[] {
  const columns = `${CSV}.columns`;
  if (valueAt(connector, `${CSV}.header`) !== false) {
    return misplaced(connector, columns, 'the header names the columns', 'header: false beside it');
  }
  return [
    ...misplaced(connector, `${CSV}.normalizeHeader`, 'there is no header'),
    ...(has(connector, columns)
      ? []
      : missing(columns, 'columns is missing: without a header nothing names them.', 'columns: [id, …]')),
  ];
}

function ownNames(connector: unknown): FieldFinding[] {
  const own: readonly string[] = Object.values(ROW_PLACE_COLUMNS);
  return textsAt(connector, `${CSV}.columns`)
    .filter(({ text }) => own.includes(text))
    .map(({ path, text }) => ({
      code: 'wrong_value',
      path,
      message: `${text} is the name of a column that every row has anyway.`,
      fix: 'another name',
    }));
}

function delimiterFindings(connector: unknown): FieldFinding[] {
  const path = `${CSV}.quote`;
  const delimiter = valueAt(connector, `${CSV}.delimiter`) ?? ',';
  if (delimiter !== (valueAt(connector, path) ?? '"')) return [];
  return [
    {
      code: 'wrong_value',
      path: has(connector, path) ? path : `${CSV}.delimiter`,
      message: 'The delimiter and the quote are the same character.',
      fix: 'two different ones',
    },
  ];
}

function globFindings(connector: unknown): FieldFinding[] {
  const path = `${SOURCE}.glob`;
  const glob = textAt(connector, path);
  const reason = glob === undefined ? undefined : slowGlobReason(glob);
  if (reason === undefined) return [];
  const message = `glob could take very long to compare with a file name: ${reason}.`;
  return [
    { code: 'wrong_value', path, message, fix: 'fewer wildcards, such as *.csv; one * matches any text' },
  ];
}
