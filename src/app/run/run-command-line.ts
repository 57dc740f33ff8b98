/** A command to paste into a shell: a path with unusual characters is quoted, and a local run is released locally. */
export function runCommandLine(connectorPath: string, local: boolean): string {
  return `run --connector ${shellWord(connectorPath)}${local ? ' --local' : ''}`;
}

/** Quotes a word of a command to paste into a shell if it has unusual characters. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
