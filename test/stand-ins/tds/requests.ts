import { ByteReader } from '../wire/byte-reader.ts';
import { notPlayed, type TdsParameters } from './answer.ts';
import { named, readParameters } from './parameters.ts';

/** What a client wants executed. */
export interface Request {
  readonly sql: string;
  readonly parameters: TdsParameters;
  /** Called as a procedure, sp_executesql among them, and answered as one. */
  readonly procedure: boolean;
}

const EXECUTE_SQL = 'sp_executesql';
/** In place of the length of a name: the number of a well-known procedure follows. */
const BY_NUMBER = 0xffff;
const EXECUTE_SQL_NUMBER = 10;

/** Past the headers, which say in which transaction the request is. */
export function pastHeaders(body: Buffer): ByteReader {
  const reader = new ByteReader(body);
  const headerBytes = reader.u32le();
  reader.skip(headerBytes - 4);
  return reader;
}

export function readBatch(body: Buffer): Request {
  const sql = body.subarray(body.readUInt32LE(0)).toString('utf16le');
  return { sql, parameters: {}, procedure: false };
}

/** sp_executesql is taken apart; any other procedure must be called by its name. */
export function readCall(body: Buffer): Request {
  const reader = pastHeaders(body);
  const nameLength = reader.u16le();
  const number = nameLength === BY_NUMBER ? reader.u16le() : undefined;
  const procedure = number === undefined ? reader.utf16(nameLength) : numbered(number);
  reader.skip(2);
  const { names, values } = readParameters(reader);
  if (procedure !== EXECUTE_SQL) return { sql: procedure, parameters: named(names, values), procedure: true };
  // First the SQL, then the declaration of its parameters if it has any, then their values.
  const [sql] = values;
  if (typeof sql !== 'string') throw notPlayed('sp_executesql without SQL');
  return { sql, parameters: named(names.slice(2), values.slice(2)), procedure: true };
}

function numbered(number: number): string {
  if (number === EXECUTE_SQL_NUMBER) return EXECUTE_SQL;
  throw notPlayed(`the procedure with number ${number}`);
}
