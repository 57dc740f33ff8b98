import { BridgeError } from '../../core/errors.ts';
import { oneLine } from './one-line.ts';

/** The value of a key of a JSON object; undefined if the key is missing or `object` is not an object. */
export function fieldOf(object: unknown, key: string): unknown {
  if (typeof object !== 'object' || object === null || !Object.hasOwn(object, key)) return undefined;
  const value: unknown = Reflect.get(object, key);
  return value;
}

/** The string value of a key; undefined if it is missing or not a string. */
export function textOf(object: unknown, key: string): string | undefined {
  const value = fieldOf(object, key);
  return typeof value === 'string' ? value : undefined;
}

/**
 * Reads a count as Google writes it: an int64 is a decimal string, and zero is omitted.
 * @param object the object with the key; undefined has no counts, so the result is 0
 * @throws BridgeError GEMINI_REFUSED if the value is not a count, or is greater than 2^53 - 1
 */
export function countOf(object: unknown, key: string): number {
  const hasKeys = object === undefined || (typeof object === 'object' && !Array.isArray(object));
  const value = hasKeys ? (fieldOf(object, key) ?? 0) : object;
  const count = typeof value === 'number' || isDecimal(value) ? Number(value) : Number.NaN;
  if (hasKeys && Number.isSafeInteger(count) && count >= 0) return count;
  throw new BridgeError(
    'GEMINI_REFUSED',
    `Discovery Engine answered with a ${key} that is not a count: ${oneLine(JSON.stringify(value))}.`,
    { hint: 'If this persists, a newer version of gemini-sync-bridge may understand it.' },
  );
}

function isDecimal(value: unknown): boolean {
  return typeof value === 'string' && /^\d+$/.test(value);
}
