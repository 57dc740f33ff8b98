/**
 * SQL: whether a run delivers to a data store, whose name has slashes; the target of `--local` has none. Where a connector has
 * such runs, it stands as they say: somebody who tries it with `--local` changes nothing in the index.
 */
export function delivers(table: string): string {
  return `(${table}.target like '%/%')`;
}
