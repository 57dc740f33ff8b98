import { execa } from 'execa';
import { afterAll, describe, expect, test } from '@jest/globals';
import { startPostgres } from '../support/databases/postgres.ts';
import { comparable, walkPage, type Step } from '../support/docs/tutorial.ts';
import { eventually } from '../support/eventually.ts';
import { temporaryFolders } from '../support/files/temporary-folder.ts';
import { freePort } from '../support/http/free-port.ts';

const folders = temporaryFolders();
afterAll(() => {
  folders.removeAll();
});

/** Expects that each command prints what the page shows, and returns how many commands there were. */
async function expectShown(steps: AsyncIterable<Step>): Promise<number> {
  let count = 0;
  for await (const { command, shown, printed } of steps) {
    expect({ command, output: comparable(printed) }).toEqual({ command, output: comparable(shown) });
    count += 1;
  }
  return count;
}

describe('the tutorial', () => {
  test('about the first connector shows what its commands print, on a real Postgres', async () => {
    const postgres = await startPostgres();
    try {
      const here = new Map([['127.0.0.1:5432', `${postgres.host}:${postgres.port}`]]);
      await postgres.createDatabase('wiki');
      const query = (sql: string) => postgres.query(sql, 'wiki');
      const count = await expectShown(
        walkPage('docs/tutorials/first-connector.md', { cwd: folders.make(), here, query }),
      );
      expect(count).toBe(10);
    } finally {
      await postgres.stop();
    }
  });

  test('about the first API shows what its commands print, with its own API', async () => {
    const cwd = folders.make();
    const port = String(await freePort());
    const stops: (() => Promise<unknown>)[] = [];
    const start = async (command: string) => {
      const [, ...args] = command.split(' ');
      const api = execa(process.execPath, args, { cwd, reject: false });
      stops.push(async () => {
        api.kill();
        await api;
      });
      await eventually('the API of the tutorial', () => answers(port));
    };
    try {
      const here = new Map([['4030', port]]);
      const count = await expectShown(walkPage('docs/tutorials/first-api.md', { cwd, here, start }));
      expect(count).toBe(14);
    } finally {
      await Promise.all(stops.map((stop) => stop()));
    }
  });
});

async function answers(port: string): Promise<boolean> {
  return await fetch(`http://127.0.0.1:${port}/articles`).then(
    () => true,
    () => false,
  );
}
