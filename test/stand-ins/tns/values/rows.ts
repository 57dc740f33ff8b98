import { bitmap } from '../../wire/bitmap.ts';
import type { TnsValue } from '../answer.ts';
import type { TnsColumn } from './column.ts';
import { codingOf, isLarge } from './column-types.ts';
import { MessageType } from '../messages.ts';
import type { TtcWriter } from '../ttc-writer.ts';

/**
 * A row with its prefix. As servers do, it leaves out what is the same as in the row before, and then says first
 * which values there are.
 * @param before undefined for the first row of an answer
 * @throws Error if the row does not fit its columns: then the test is wrong.
 */
export function writeRow(
  writer: TtcWriter,
  columns: readonly TnsColumn[],
  row: readonly TnsValue[],
  before: readonly TnsValue[] | undefined,
): void {
  if (row.length !== columns.length) {
    throw new Error(`A row has ${row.length} values for ${columns.length} columns.`);
  }
  const sent = columns.map((column, at) => isLarge(column) || before === undefined || row[at] !== before[at]);
  if (sent.includes(false)) {
    writer.u8(MessageType.sentColumns).int(sent.filter(Boolean).length).raw(bitmap(sent));
  }
  writer.u8(MessageType.row);
  for (const [at, column] of columns.entries()) {
    if (sent[at] === true) writeValue(writer, column, row[at] ?? null);
  }
}

function writeValue(writer: TtcWriter, column: TnsColumn, value: TnsValue): void {
  if (value !== null && value !== '') codingOf(column).write(writer, column, value);
  else writer.zeros(isLarge(column) ? 3 : 1);
}
