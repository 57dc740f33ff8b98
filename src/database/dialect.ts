/** The SQL that differs between the two engines, independent of the tables. */
export interface Dialect {
  readonly engine: 'postgres' | 'sqlite';
  /** The current time by the clock of the database, in milliseconds since 1970. */
  readonly clockMs: string;
  /** The time by the clock of the database, some seconds from now, as ISO 8601 in UTC with milliseconds. */
  clockText(secondsAhead: number): string;
  /** A table with one row, in the column `value` as JSON, for each element of one binding, which is a JSON array. */
  readonly jsonRows: string;
  /** A subquery that turns one binding, a JSON array of strings, into rows. */
  readonly jsonTexts: string;
  /** Whether the engine locks rows. SQLite has one writer at a time, so a transaction has the database to itself. */
  readonly rowLocks: boolean;
}

export const postgresDialect: Dialect = {
  engine: 'postgres',
  clockMs: 'floor(extract(epoch from clock_timestamp()) * 1000)::double precision',
  clockText(secondsAhead) {
    const time = `(clock_timestamp() + interval '${Math.trunc(secondsAhead)} seconds') at time zone 'UTC'`;
    return `to_char(${time}, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
  },
  jsonRows: 'json_array_elements(?::json) as event (value)',
  jsonTexts: 'select json_array_elements_text(?::json)',
  rowLocks: true,
};

export const sqliteDialect: Dialect = {
  engine: 'sqlite',
  clockMs: "round(unixepoch('subsec') * 1000)",
  clockText(secondsAhead) {
    const seconds = Math.trunc(secondsAhead);
    return `strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '${seconds < 0 ? '' : '+'}${seconds} seconds')`;
  },
  jsonRows: 'json_each(?)',
  jsonTexts: 'select value from json_each(?)',
  rowLocks: false,
};
