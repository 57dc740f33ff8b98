import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { migrateState } from '../../src/state/run/open-state.ts';
import { allText } from '../support/files/folder-listing.ts';
import { peopleTable, somePeople } from '../support/databases/people-table.ts';
import { startPostgres, type TestPostgres } from '../support/databases/postgres.ts';
import { runCli } from '../support/processes/run-cli.ts';
import { runHere } from '../support/processes/run-here.ts';
import { dumpState } from '../support/databases/state-dump.ts';
import { temporaryFolders } from '../support/files/temporary-folder.ts';
import { CONNECTOR_FILE, workplace, type Workplace } from '../support/files/workplace.ts';

/** The characters that connection strings, JSON and URLs each treat in a way of their own. */
const CANARY = 'p@ss:w/rd %#?"\\canary';
/** What would betray it: whole, encoded, escaped, and the part that nothing escapes. */
const TRACES = [
  CANARY,
  encodeURIComponent(CANARY),
  JSON.stringify(CANARY).slice(1, -1),
  'canary',
  'w/rd',
  'w%2Frd',
];

let server: TestPostgres;
let state: string;
let place: Workplace;
let env: Readonly<Record<string, string>>;
const folders = temporaryFolders();

beforeAll(async () => {
  server = await startPostgres({ password: CANARY });
  state = await server.createDatabase('state');
  await migrateState({ url: state, file: '' });
});
afterAll(async () => {
  await server.stop();
  folders.removeAll();
});
beforeEach(async () => {
  await server.query(peopleTable(somePeople(5)));
  env = { SECRET_PEOPLE_DB: server.url(), DATABASE_URL: state, LOG_LEVEL: 'debug' };
  place = workplace(folders.make(), env);
  place.writeConnector();
});

interface Ending {
  readonly status: number;
  readonly args?: readonly string[];
  readonly env?: () => Readonly<Record<string, string>>;
  readonly prepare?: () => Promise<unknown>;
}

const withPassword = (password: string, database = 'postgres') =>
  `postgres://postgres:${password}@127.0.0.1:${server.port}/${database}`;

const ENDINGS: Readonly<Record<string, Ending>> = {
  succeeds: { status: 0 },
  'succeeds in plain sight of a terminal’s format': { status: 0, env: () => ({ LOG_FORMAT: 'pretty' }) },
  'is given the password as it is, not encoded': {
    status: 0,
    env: () => ({ SECRET_PEOPLE_DB: withPassword(CANARY) }),
  },
  'keeps its state in a file': { status: 0, env: () => ({ DATABASE_URL: '' }) },
  'is a dry run': { status: 0, args: ['--dry-run'] },
  'quarantines rows': { status: 4, prepare: () => server.query('UPDATE people SET id = NULL WHERE id = 2') },
  'has a password that is wrong': {
    status: 77,
    env: () => ({ SECRET_PEOPLE_DB: withPassword(encodeURIComponent(`${CANARY}!`)) }),
  },
  'has a password that is wrong, as it is': {
    status: 77,
    env: () => ({ SECRET_PEOPLE_DB: withPassword(`${CANARY}!`) }),
  },
  'has a connection string that is none': {
    status: 78,
    env: () => ({ SECRET_PEOPLE_DB: `postgres:/postgres:${CANARY}@127.0.0.1` }),
  },
  'has no host that can be found': {
    status: 75,
    env: () => ({ SECRET_PEOPLE_DB: `postgres://postgres:${encodeURIComponent(CANARY)}@nowhere.invalid/db` }),
  },
  'has a query that is wrong': {
    status: 78,
    prepare: () => {
      place.writeConnector({ source: { query: 'SELECT id FROM nobody' } });
      return Promise.resolve();
    },
  },
  'has a query that asks for the secret': {
    status: 78,
    prepare: () => {
      place.writeConnector({
        source: { query: `SELECT id, name, team, '${server.url()}' AS x FROM nobody` },
      });
      return Promise.resolve();
    },
  },
  'has a state with a wrong password': {
    status: 69,
    env: () => ({ DATABASE_URL: withPassword(encodeURIComponent(`${CANARY}!`), 'state') }),
  },
  'has a state whose password is not encoded': {
    status: 0,
    env: () => ({ DATABASE_URL: withPassword(CANARY, 'state') }),
  },
  'has a state whose password is not encoded and looks like a host': {
    status: 69,
    env: () => ({ DATABASE_URL: withPassword('p@canary/x', 'state') }),
  },
  'has a state with an unknown parameter, and a password among the parameters': {
    status: 78,
    env: () => ({
      DATABASE_URL: `postgres://postgres@127.0.0.1/state?password=p&w=${encodeURIComponent(CANARY)}&canary=1`,
    }),
  },
  'has a state on a host that cannot be found': {
    status: 75,
    env: () => ({ DATABASE_URL: `postgres://postgres:${encodeURIComponent(CANARY)}@nowhere.invalid/db` }),
  },
  'has a state of another kind': {
    status: 78,
    env: () => ({ DATABASE_URL: `mysql://root:${encodeURIComponent(CANARY)}@127.0.0.1/db` }),
  },
};

test.each(Object.entries(ENDINGS))('a run that %s shows no secret anywhere', async (_, ending) => {
  await ending.prepare?.();
  const { cwd } = place;
  const shown: string[] = [];
  // In a process of its own, a warning of a library would show as well.
  for (const [run, args] of [[runCli, []] as const, [runHere, ['--json']] as const]) {
    const { exitCode, stdout, stderr } = await workplace(cwd, env, run).run(
      [...args, ...(ending.args ?? [])],
      ending.env?.() ?? {},
    );
    expect({ exitCode, stderr }).toEqual({ exitCode: ending.status, stderr: expect.any(String) });
    shown.push(stdout, stderr);
  }
  // The connector of one ending has the secret in it already; what the run wrote is all the rest.
  writeFileSync(join(cwd, CONNECTOR_FILE), '');
  shown.push(allText(cwd), JSON.stringify(await dumpState(cwd, state)));
  const found = TRACES.filter((trace) => shown.some((text) => text.includes(trace)));
  expect(found).toEqual([]);
});

test.each([
  ['wrong', encodeURIComponent(`${CANARY}!`)],
  ['wrong and not encoded', `${CANARY}!`],
])('migrate with a password in DATABASE_URL that is %s shows no secret', async (_, password) => {
  const DATABASE_URL = withPassword(password, 'state');
  const { exitCode, stdout, stderr } = await runCli(['migrate'], { cwd: place.cwd, env: { DATABASE_URL } });
  expect(exitCode).not.toBe(0);
  expect(TRACES.filter((trace) => `${stdout}${stderr}`.includes(trace))).toEqual([]);
});
