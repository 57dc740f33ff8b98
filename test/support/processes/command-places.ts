import { startPostgres, type TestPostgres } from '../databases/postgres.ts';
import { temporaryFolders } from '../files/temporary-folder.ts';

export const COMMAND_ENGINES = ['SQLite', 'Postgres'] as const;

/** A working directory and an environment for commands, with an empty database of its own. */
export interface CommandPlace {
  readonly cwd: string;
  readonly env: Record<string, string>;
}

/** Opens places for the commands of one test file, which share a Postgres. No request is retried. */
export function commandPlaces() {
  const folders = temporaryFolders();
  let postgres: Promise<TestPostgres> | undefined;
  let databases = 0;
  return {
    async open(engine: (typeof COMMAND_ENGINES)[number]): Promise<CommandPlace> {
      const place = { cwd: folders.make(), env: { MAX_RETRIES: '0' } };
      if (engine === 'SQLite') return place;
      postgres ??= startPostgres();
      const url = await (await postgres).createDatabase(`commands_${databases++}`);
      return { ...place, env: { ...place.env, DATABASE_URL: url } };
    },
    async close(): Promise<void> {
      await (await postgres)?.stop();
      folders.removeAll();
    },
  };
}
