import { textAt, valueAt } from '../../../draft.ts';
import type { FieldFinding } from '../../../problem.ts';
import { csvFindings } from '../file.ts';

const SOURCE = 'spec.source';
const FORMAT = `${SOURCE}.responseFormat`;
const RECORDS_PATH = `${SOURCE}.recordsPath`;
const CSV = `${SOURCE}.csv`;
const PAGINATION = `${SOURCE}.pagination`;

/** The keys of a pagination that are paths in the body. */
const BODY_PATHS = [
  'nextCursorPath',
  'nextUrlPath',
  'nextUrlBasePath',
  'totalPagesPath',
  'totalPath',
  'hasMorePath',
  'lastPagePath',
] as const;

/** Rules about the format of the responses of an API. */
export function restFormatFindings(connector: unknown): FieldFinding[] {
  if (textAt(connector, `${SOURCE}.type`) !== 'http') return [];
  const format = textAt(connector, FORMAT) ?? 'json';
  const isRows = format === 'csv' || format === 'ndjson';
  return [
    ...(format === 'csv' ? csvFindings(connector) : unusedCsv(connector)),
    ...(format === 'xml' ? recordsPathNeeded(connector) : []),
    ...(isRows ? withoutBody(connector, format) : []),
  ];
}

const has = (connector: unknown, path: string): boolean => valueAt(connector, path) !== undefined;

function unusedCsv(connector: unknown): FieldFinding[] {
  if (!has(connector, CSV)) return [];
  const message = 'csv has no use here: the responses are not CSV.';
  return [{ code: 'misplaced_key', path: CSV, message, fix: 'responseFormat: csv, or no csv' }];
}

function recordsPathNeeded(connector: unknown): FieldFinding[] {
  if (has(connector, RECORDS_PATH)) return [];
  const message =
    'recordsPath is missing: it names the elements of the XML that are records, from the root on.';
  return [{ code: 'missing_key', path: RECORDS_PATH, message, fix: 'recordsPath: Report.Entry' }];
}

/** Rows have no place for anything else, so a path in their body can never match. */
function withoutBody(connector: unknown, format: string): FieldFinding[] {
  const name = format.toUpperCase();
  const paths = [RECORDS_PATH, ...BODY_PATHS.map((key) => `${PAGINATION}.${key}`)];
  return paths
    .filter((path) => has(connector, path))
    .map((path) => {
      const key = path.slice(path.lastIndexOf('.') + 1);
      const message = `${key} cannot match: a response in ${name} has only records.`;
      const fix =
        path === RECORDS_PATH ? 'no recordsPath' : 'a header, such as nextCursorHeader, or a page number';
      return { code: 'misplaced_key', path, message, fix };
    });
}
