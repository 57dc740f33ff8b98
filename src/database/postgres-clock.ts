/** SQL: the time by the clock of Postgres, some seconds from now, as ISO 8601 in UTC. */
export function clockText(secondsAhead: number): string {
  const time = `(clock_timestamp() + interval '${Math.trunc(secondsAhead)} seconds') at time zone 'UTC'`;
  return `to_char(${time}, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
}
