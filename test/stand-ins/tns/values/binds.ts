import { notPlayed, type TnsValue } from '../answer.ts';
import { TypeCode } from './column-types.ts';
import { dateText } from './dates.ts';
import { MessageType } from '../messages.ts';
import { binaryValue, numberText } from './numbers.ts';
import type { TtcReader } from '../ttc-reader.ts';

/** What a client says of a bind, or of a column as it wants it to be sent. */
export interface Definition {
  readonly code: number;
  readonly maxBytes: number;
  readonly national: boolean;
}

const NATIONAL_FORM = 2;
/** Values that may be longer than this come after all others. */
const LONG_BYTES = 32_767;

export function readDefinitions(reader: TtcReader, count: number): Definition[] {
  return Array.from({ length: count }, () => readDefinition(reader));
}

function readDefinition(reader: TtcReader): Definition {
  const code = reader.u8();
  const flagsPrecisionAndScale = 3;
  reader.skip(flagsPrecisionAndScale);
  const maxBytes = reader.int();
  const elementsAndFlags = 2;
  reader.ints(elementsAndFlags);
  if (reader.int() > 0) throw notPlayed('binds of object types');
  const versionAndCharacterSet = 2;
  reader.ints(versionAndCharacterSet);
  const national = reader.u8() === NATIONAL_FORM;
  const prefetchAndColumnId = 2;
  reader.ints(prefetchAndColumnId);
  return { code, maxBytes, national };
}

/** One row of values, which is all that a query has. */
export function readBinds(reader: TtcReader, definitions: readonly Definition[]): TnsValue[] {
  if (definitions.length === 0) return [];
  if (reader.u8() !== MessageType.row) throw notPlayed('binds in another form than a row');
  const values = new Array<TnsValue>(definitions.length).fill(null);
  for (const long of [false, true]) {
    for (const [at, definition] of definitions.entries()) {
      if (definition.maxBytes > LONG_BYTES === long) values[at] = readBind(reader, definition);
    }
  }
  return values;
}

function readBind(reader: TtcReader, { code, national }: Definition): TnsValue {
  const bytes = reader.value();
  if (bytes === null) return null;
  switch (code) {
    case TypeCode.varchar:
    case TypeCode.char:
    case TypeCode.long:
      return national ? Buffer.from(bytes).swap16().toString('utf16le') : bytes.toString();
    case TypeCode.number:
      return numberText(bytes);
    case TypeCode.binaryFloat:
    case TypeCode.binaryDouble:
      return binaryValue(bytes);
    case TypeCode.raw:
    case TypeCode.longRaw:
      return Buffer.from(bytes);
    case TypeCode.date:
    case TypeCode.timestamp:
      return dateText(bytes, false);
    case TypeCode.timestampTz:
    case TypeCode.timestampLtz:
      return dateText(bytes, true);
    default:
      throw notPlayed(`binds of the type ${code}`);
  }
}
