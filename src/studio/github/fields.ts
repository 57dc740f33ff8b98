import { propertyOf } from '../../core/thrown.ts';

/** A response has another form than GitHub documents. */
export class AnswerFormError extends Error {
  override readonly name = 'AnswerFormError';
}

/** Reads a text at a path of keys. @throws AnswerFormError */
export function textAt(data: unknown, ...keys: readonly string[]): string {
  const value = valueAt(data, keys);
  if (typeof value === 'string' && value !== '') return value;
  throw new AnswerFormError(`has no text at ${keys.join('.')}`);
}

/** Reads a whole number at a path of keys. @throws AnswerFormError */
export function numberAt(data: unknown, ...keys: readonly string[]): number {
  const value = valueAt(data, keys);
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
  throw new AnswerFormError(`has no number at ${keys.join('.')}`);
}

/** Reads the id of a Git object at a path of keys. @throws AnswerFormError */
export function shaAt(data: unknown, ...keys: readonly string[]): string {
  const value = textAt(data, ...keys);
  if (/^[0-9a-f]{40}$/.test(value)) return value;
  throw new AnswerFormError(`has no object id at ${keys.join('.')}`);
}

/** Reads a list at a path of keys; no key means the response itself. @throws AnswerFormError */
export function listAt(data: unknown, ...keys: readonly string[]): readonly unknown[] {
  const value = valueAt(data, keys);
  if (Array.isArray(value)) return value;
  throw new AnswerFormError(`has no list${keys.length === 0 ? '' : ` at ${keys.join('.')}`}`);
}

export function valueAt(data: unknown, keys: readonly string[]): unknown {
  return keys.reduce((value: unknown, key) => propertyOf(value, key), data);
}
