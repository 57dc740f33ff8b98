/** To be pasted into a shell: a path with unusual characters is quoted, and a local run is released locally. */
export function runCommandLine(connectorPath: string, local: boolean): string {
  return `run --connector ${shellWord(connectorPath)}${local ? ' --local' : ''}`;
}

/** A word of a command that a person pastes into a shell: in quotes if it has unusual characters. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
