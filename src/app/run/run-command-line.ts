/** To be pasted into a shell: a path with unusual characters is quoted, and a local run is released locally. */
export function runCommandLine(connectorPath: string, local: boolean): string {
  const path = /^[\w@%+=:,./-]+$/.test(connectorPath)
    ? connectorPath
    : `'${connectorPath.replaceAll("'", `'\\''`)}'`;
  return `run --connector ${path}${local ? ' --local' : ''}`;
}
