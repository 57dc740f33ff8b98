import { isUtf8 } from 'node:buffer';
import { DOC_ID_BYTES_MAX } from '../../core/limits.ts';
import { hasLoneSurrogateEscape } from '../../pipeline/bytes/lone-surrogates.ts';
import type { EntityRecord } from '../collection-reader.ts';
import { hasNumberOutOfRange } from './number-range.ts';

const NUL = '\u0000';
const NUL_ESCAPE = Buffer.from('\\u0000');
const BACKSLASH = 0x5c;

/**
 * Why a record cannot be stored; undefined if it can. Postgres refuses such a payload as `jsonb`; the embedded database would
 * accept it, but a move to Postgres would then lose the record.
 */
export function refusalOf({
  externalId,
  payload,
}: Pick<EntityRecord, 'externalId' | 'payload'>): string | undefined {
  if (externalId === '') return 'its id is empty';
  if (externalId.includes(NUL)) return 'its id contains a NUL character';
  if (!externalId.isWellFormed()) return 'its id contains half of a character (a lone surrogate)';
  if (Buffer.byteLength(externalId) > DOC_ID_BYTES_MAX)
    return `its id is longer than ${DOC_ID_BYTES_MAX} bytes`;
  if (hasNulEscape(payload)) return 'it contains a NUL character (\\u0000)';
  if (!isUtf8(payload) || hasLoneSurrogateEscape(payload, 0, payload.length))
    return 'it contains half of a character (a lone surrogate)';
  if (hasNumberOutOfRange(payload)) return 'it contains a number that is too large or has too many digits';
  return undefined;
}

/** After an odd number of backslashes, the first one of `\u0000` is itself escaped. */
function hasNulEscape(payload: Buffer): boolean {
  for (let at = payload.indexOf(NUL_ESCAPE); at >= 0; at = payload.indexOf(NUL_ESCAPE, at + 1)) {
    let before = 0;
    while (payload[at - 1 - before] === BACKSLASH) before++;
    if (before % 2 === 0) return true;
  }
  return false;
}
