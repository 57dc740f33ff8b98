import type { TdsRows, TdsValue } from '../answer.ts';
import type { TdsColumn } from './column.ts';
import type { TdsTypeName } from './column-types.ts';

/** The columns of sp_describe_first_result_set that describe a column, as Microsoft documents them. */
const COLUMNS: readonly TdsColumn[] = [
  { name: 'is_hidden', type: 'bit' },
  { name: 'column_ordinal', type: 'int' },
  { name: 'name', type: 'nvarchar', length: 128 },
  { name: 'is_nullable', type: 'bit' },
  { name: 'system_type_name', type: 'nvarchar', length: 256 },
  { name: 'max_length', type: 'smallint' },
  { name: 'precision', type: 'tinyint' },
  { name: 'scale', type: 'tinyint' },
];

/** What a handler may answer sp_describe_first_result_set with, for a statement that has these columns. */
export function describedColumns(columns: readonly TdsColumn[]): TdsRows {
  return { columns: COLUMNS, rows: columns.map(described) };
}

function described(column: TdsColumn, at: number): TdsValue[] {
  const { name, precision = 0, scale = 0, length } = column;
  const maxLength = length === 'max' ? -1 : (length ?? 0);
  return [false, at + 1, name, true, typeName(column), maxLength, precision, scale];
}

const SCALED: readonly TdsTypeName[] = ['time', 'datetime2', 'datetimeoffset'];
const SIZED: readonly TdsTypeName[] = ['char', 'varchar', 'nchar', 'nvarchar', 'binary', 'varbinary'];

function typeName({ type, length = 50, precision = 18, scale }: TdsColumn): string {
  if (type === 'decimal' || type === 'numeric') return `${type}(${precision},${scale ?? 0})`;
  if (SCALED.includes(type)) return `${type}(${scale ?? 7})`;
  if (SIZED.includes(type)) return `${type}(${length})`;
  // The server has kept the old name.
  return type === 'rowversion' ? 'timestamp' : type;
}
