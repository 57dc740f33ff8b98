import type { Command } from '../measure/measured-child.ts';

/** A tool that pip installs into a virtual environment of its own. */
export interface Installation {
  /** Name of its folder in the cache. */
  readonly name: string;
  /** As pip wants them, each with its version. */
  readonly packages: readonly string[];
}

/** Where one entry runs in one round. */
export interface RacePlace {
  /** Empty when the round begins. Working directory and home of the entry. */
  readonly folder: string;
  /** The database with the table `employees`; the entry may make schemas of its own there. */
  readonly sourceUrl: string;
  /** The folder of an installation. */
  readonly tool: (installation: Installation) => string;
  /** The largest `updated_at` of the entry's last run, as ISO 8601; undefined before the first. */
  readonly watermark: string | undefined;
}

/** One line of the table: a way in which a tool brings the rows of a table elsewhere. */
export interface Entry {
  /** Its name in `--only`; the part before the first hyphen names the tool, and selects all its entries. */
  readonly key: string;
  readonly title: string;
  readonly needs: readonly Installation[];
  /** Whether rows that are gone from the source are deleted from the result. */
  readonly deletes: string;
  /** Whether only rows with another content are sent. */
  readonly diff: string;
  /** What becomes of the columns that say who may read a row. */
  readonly readers: string;
  /** A file or folder with one line for each row written, if it writes such. */
  readonly output?: string;
  /** Once a round, before the first load; not measured. */
  prepare?(place: RacePlace): Promise<void>;
  command(place: RacePlace): Omit<Command, 'cwd'>;
}
