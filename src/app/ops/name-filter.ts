import { nearest } from '../../definitions/nearest.ts';

/** The names of connectors that match a filter as typed. */
export interface NameFilter {
  readonly matches: (name: string) => boolean;
  /** The name that was probably meant if the filter matches none; undefined if no name is similar. */
  readonly suggestion: (names: readonly string[]) => string | undefined;
}

/** @param typed a part of a name, in any case; or a whole name in double quotes, which matches only that name */
export function nameFilter(typed: string): NameFilter {
  const text = typed.trim().toLowerCase();
  const exact = /^"(.*)"$/.exec(text)?.[1];
  return {
    matches: (name) => (exact === undefined ? name.toLowerCase().includes(text) : name === exact),
    suggestion: (names) => nearest(exact ?? text, names),
  };
}

/** Returns the filter that matches exactly one connector. */
export function exactly(name: string): string {
  return `"${name}"`;
}
