import { RETURN_PATH_CHARACTERS_MAX } from '../limits.ts';

/** Any origin does: one that a path leaves is not local. */
const HERE = 'http://here.invalid';

/**
 * A path of this server to go on to, from an address or a form, so perhaps from somebody who wants to lead a person
 * elsewhere. Undefined for all that a browser could take for another server's.
 */
export function localPath(text: string | undefined): string | undefined {
  if (text === undefined || text.length > RETURN_PATH_CHARACTERS_MAX) return undefined;
  // A browser reads `/\` as `//`, and drops tabs and line breaks before it reads anything.
  if (!/^\/(?!\/)[\x21-\x5b\x5d-\x7e]*$/.test(text) || !URL.canParse(text, HERE)) return undefined;
  const { origin, pathname, search } = new URL(text, HERE);
  // `/.//elsewhere` becomes a path that begins with two slashes.
  return origin === HERE && !pathname.startsWith('//') ? `${pathname}${search}` : undefined;
}
