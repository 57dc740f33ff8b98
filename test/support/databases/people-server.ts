import { migrateState } from '../../../src/state/run/open-state.ts';
import { peopleTable, type Person } from './people-table.ts';
import { startPostgres } from './postgres.ts';

/** A PostgreSQL server with tables of people, and with databases for the states of runs. */
export interface PeopleServer {
  /** The URL of the database with the tables. */
  readonly url: string;
  /** @returns the URL of a new, migrated database for a state */
  createState(): Promise<string>;
  stop(): Promise<void>;
}

/** Starts a server with the table `people_<name>` for each name. */
export async function startPeopleServer(
  tables: Readonly<Record<string, readonly Person[]>>,
): Promise<PeopleServer> {
  const server = await startPostgres();
  for (const [name, people] of Object.entries(tables))
    await server.query(peopleTable(people, `people_${name}`));
  await migrateState({ url: await server.createDatabase('template_state'), file: '' });
  let databases = 0;
  return {
    url: server.url(),
    async createState() {
      const name = `state_${(databases += 1)}`;
      await server.query(`create database ${name} template template_state`);
      return server.url(name);
    },
    stop: () => server.stop(),
  };
}

/** A run whose connector reads the table `people_<table>`. */
export function runOf(runId: string, table: string) {
  return { runId, query: `SELECT id, name, team FROM people_${table}` };
}
