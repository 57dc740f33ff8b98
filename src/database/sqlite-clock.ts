/** SQL: the time by the clock of this machine, some seconds from now, as ISO 8601 in UTC. */
export function clockText(secondsAhead: number): string {
  const seconds = Math.trunc(secondsAhead);
  return `strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '${seconds < 0 ? '' : '+'}${seconds} seconds')`;
}
