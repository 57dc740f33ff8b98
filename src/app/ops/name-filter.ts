import { nearest } from '../../definitions/nearest.ts';

/** Names of connectors that a filter as typed matches. */
export interface NameFilter {
  readonly matches: (name: string) => boolean;
  /** The name that was meant, where the filter matches none of them; undefined when none is close. */
  readonly suggestion: (names: readonly string[]) => string | undefined;
}

/** @param typed a part of a name, in any case; or a whole name in double quotes, which matches that name alone */
export function nameFilter(typed: string): NameFilter {
  const text = typed.trim().toLowerCase();
  const exact = /^"(.*)"$/.exec(text)?.[1];
  return {
    matches: (name) => (exact === undefined ? name.toLowerCase().includes(text) : name === exact),
    suggestion: (names) => nearest(exact ?? text, names),
  };
}

/** The filter that matches one connector alone. */
export function exactly(name: string): string {
  return `"${name}"`;
}
