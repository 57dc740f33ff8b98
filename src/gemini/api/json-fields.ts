import { BridgeError } from '../../core/errors.ts';
import { oneLine } from './server-words.ts';

/** The value of a key of a JSON object; undefined if there is none, or if `object` is not an object. */
export function fieldOf(object: unknown, key: string): unknown {
  if (typeof object !== 'object' || object === null || !Object.hasOwn(object, key)) return undefined;
  const value: unknown = Reflect.get(object, key);
  return value;
}

/** The text of a key; undefined if it is not there or not a text. */
export function textOf(object: unknown, key: string): string | undefined {
  const value = fieldOf(object, key);
  return typeof value === 'string' ? value : undefined;
}

/**
 * A count as Google writes it: an int64 is a decimal text, and zero is left out.
 * @param object what has the key; undefined has no counts, so it is 0
 * @throws BridgeError GEMINI_REFUSED if it is there and no count, or beyond 2^53 - 1
 */
export function countOf(object: unknown, key: string): number {
  const hasKeys = object === undefined || (typeof object === 'object' && !Array.isArray(object));
  const value = hasKeys ? (fieldOf(object, key) ?? 0) : object;
  const count = typeof value === 'number' || isDecimal(value) ? Number(value) : Number.NaN;
  if (hasKeys && Number.isSafeInteger(count) && count >= 0) return count;
  throw new BridgeError(
    'GEMINI_REFUSED',
    `Discovery Engine answered with a ${key} that is no count: ${oneLine(JSON.stringify(value))}.`,
    { hint: 'If this stays so, a newer version of gemini-sync-bridge may understand it.' },
  );
}

function isDecimal(value: unknown): boolean {
  return typeof value === 'string' && /^\d+$/.test(value);
}
