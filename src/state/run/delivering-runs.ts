/**
 * SQL: whether a run delivers to a data store, whose name contains slashes; the target of `--local` contains none. Where a
 * connector has such runs, they alone define its status: a trial with `--local` changes nothing in the index.
 */
export function delivers(table: string): string {
  return `(${table}.target like '%/%')`;
}
