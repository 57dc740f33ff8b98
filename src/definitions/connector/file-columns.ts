import { textAt, textsAt, valueAt } from '../draft.ts';

/** Columns that every row of a file has in addition to its own. */
export const ROW_PLACE_COLUMNS = { file: '_file', line: '_line' } as const;

/**
 * All columns of a file that is one document. The text is the last one: a row that is too large still has all columns before it.
 */
export const FILE_DOCUMENT_COLUMNS = ['_file', '_name', 'modified_at', 'content'] as const;

/** The columns of a file source, if the connector alone defines them. */
export function declaredFileColumns(connector: unknown): readonly string[] | undefined {
  if (textAt(connector, 'spec.source.type') !== 'file') return undefined;
  if (valueAt(connector, 'spec.source.documentPer') === 'file') return FILE_DOCUMENT_COLUMNS;
  if (valueAt(connector, 'spec.source.csv.header') !== false) return undefined;
  const columns = textsAt(connector, 'spec.source.csv.columns').map(({ text }) => text);
  return columns.length === 0 ? undefined : [...columns, ...Object.values(ROW_PLACE_COLUMNS)];
}
