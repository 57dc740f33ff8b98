import { RETURN_PATH_CHARACTERS_MAX } from '../../limits.ts';

/** The base for parsing, which can be any origin: a path that resolves to another origin is not local. */
const HERE = 'http://here.invalid';

/**
 * Returns a path of this server to redirect to. The text comes from a URL or a form, so an attacker may have chosen it.
 * Returns undefined for everything that a browser could resolve to another server.
 */
export function localPath(text: string | undefined): string | undefined {
  if (text === undefined || text.length > RETURN_PATH_CHARACTERS_MAX) return undefined;
  // A browser reads `/\` as `//`, and drops tabs and line breaks before parsing.
  if (!/^\/(?!\/)[\x21-\x5b\x5d-\x7e]*$/.test(text) || !URL.canParse(text, HERE)) return undefined;
  const { origin, pathname, search } = new URL(text, HERE);
  // `/.//elsewhere` becomes a path that begins with two slashes.
  return origin === HERE && !pathname.startsWith('//') ? `${pathname}${search}` : undefined;
}
