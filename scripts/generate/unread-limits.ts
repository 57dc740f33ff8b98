/**
 * Limits that decide nothing, because no file of the program reads them.
 * @param names of the limits
 * @param own the text of the file that declares them, where one may be made of another
 * @param texts of all other files of the program
 */
export function unreadLimits(names: readonly string[], own: string, texts: readonly string[]): string[] {
  const words = new Set(texts.flatMap((text) => text.match(/\b[A-Z][A-Z0-9_]+\b/g) ?? []));
  const inOwn = own.match(/\b[A-Z][A-Z0-9_]+\b/g) ?? [];
  // A mention in a comment is in backticks.
  const ownReads = (name: string) =>
    inOwn.filter((word) => word === name).length - own.split(`\`${name}\``).length;
  return names.filter((name) => !words.has(name) && ownReads(name) < 1);
}
