import { types } from 'node:util';

/** Also handles errors that Node made outside of a sandbox, for which `instanceof` fails. */
export function asError(thrown: unknown): Error {
  return types.isNativeError(thrown) || thrown instanceof Error ? thrown : new Error(String(thrown));
}

/** Reads a property of a thrown value. */
export function propertyOf(thrown: unknown, key: string): unknown {
  if (typeof thrown !== 'object' || thrown === null || !(key in thrown)) return undefined;
  const found: unknown = Reflect.get(thrown, key);
  return found;
}

/** The code that Node, a driver or a library set on an error; empty if there is none. */
export function codeOf(thrown: unknown): string {
  const code = propertyOf(thrown, 'code');
  return typeof code === 'string' ? code : '';
}

/** A failed connection to several addresses of a host has no message of its own. */
export function messageOf(error: Error): string {
  const errors = propertyOf(error, 'errors');
  return error.message === '' && Array.isArray(errors) ? errors.map(String).join('; ') : error.message;
}
