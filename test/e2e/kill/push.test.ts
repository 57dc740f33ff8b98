import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { migrateState } from '../../../src/state/run/open-state.ts';
import { startPostgres, type TestPostgres } from '../../support/databases/postgres.ts';
import { openQueueReader, pushConnectors, pushHeaders } from '../../support/server/push-server.ts';
import { startCli } from '../../support/processes/run-cli.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';

const KILLS = 2;
/** More than the server has connections: an answer that does not wait for its commit is ahead of it then. */
const PRODUCERS = 24;
const EVENTS = 3;
/** Answers before a kill, about; the pushes of the other producers are somewhere on their way then. */
const ANSWERS = 100;

/** A server as a process of its own. */
async function startServer(cwd: string, env: Record<string, string>) {
  const child = startCli(['serve', '--port', '0'], { cwd, env });
  const address = await new Promise<string>((resolve, reject) => {
    let said = '';
    child.stdout.on('data', (chunk) => {
      said += String(chunk);
      const found = /Listening on (\S+)/.exec(said)?.[1];
      if (found !== undefined) resolve(found);
    });
    void child.then(({ stderr }) => {
      reject(new Error(stderr));
    });
  });
  return {
    address,
    async kill() {
      child.kill('SIGKILL');
      await child;
    },
  };
}

describe('a server that is killed while pushes come in', () => {
  const folders = temporaryFolders();
  let postgres: TestPostgres;

  beforeAll(async () => {
    postgres = await startPostgres();
  });

  afterAll(async () => {
    await postgres.stop();
    folders.removeAll();
  });

  test.each(['SQLite', 'Postgres'])(
    'has all that it answered for in the queue of %s, once, also when producers try again',
    async (engine) => {
      const cwd = folders.make();
      pushConnectors(cwd);
      const url = engine === 'Postgres' ? postgres.url() : undefined;
      const address = { url, file: `${cwd}/.gemini-sync-bridge/state.db` };
      await migrateState(address);
      const env: Record<string, string> = url === undefined ? {} : { DATABASE_URL: url };

      let pushes = 0;
      const answered = new Map<string, readonly string[]>();
      /** @returns whether there was an answer */
      const push = async (server: string, key: string): Promise<boolean> => {
        const ids = Array.from({ length: EVENTS }, (_, event) => `${key}-${event}`);
        const body = ids.map((id) => JSON.stringify({ op: 'DELETE', doc_id: id })).join('\n');
        const init = { method: 'POST', body, headers: pushHeaders('application/x-ndjson', key) };
        // A server that is gone makes fetch fail, as producers see it.
        const status = await fetch(`${server}/v1/connectors/support-push/events`, init).then(
          (answer) =>
            answer.text().then(
              () => answer.status,
              () => undefined,
            ),
          () => undefined,
        );
        if (status === undefined) return false;
        expect(status).toBe(202);
        answered.set(
          key,
          ids.map((id) => `support-push:${id}`),
        );
        return true;
      };

      let unanswered: string[] = [];
      for (let kill = 1; kill <= KILLS; kill++) {
        const server = await startServer(cwd, env);
        const again = unanswered;
        unanswered = [];
        for (const key of again) expect(await push(server.address, key)).toBe(true);
        const enough = answered.size + ANSWERS + kill;
        let killed: Promise<void> | undefined;
        await Promise.all(
          Array.from({ length: PRODUCERS }, async () => {
            while (killed === undefined) {
              const key = `push-${(pushes += 1)}`;
              if (!(await push(server.address, key))) unanswered.push(key);
              if (answered.size >= enough) killed ??= server.kill();
            }
          }),
        );
        await killed;
      }
      const last = await startServer(cwd, env);
      for (const key of unanswered) expect(await push(last.address, key)).toBe(true);
      await last.kill();

      const reader = await openQueueReader(address);
      const stored = (await reader.events()).map(({ doc_id }) => doc_id).sort();
      await reader.close();
      expect(stored).toEqual([...answered.values()].flat().sort());
      expect(answered.size).toBe(pushes);
      expect(stored.length).toBeGreaterThanOrEqual(ANSWERS * EVENTS);
    },
  );
});
