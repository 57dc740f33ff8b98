import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { PushEvent } from '../../../src/push/events/packed-events.ts';
import { STATE_FILE } from '../../../src/state/run/open-state.ts';
import { openPushQueue, type PushQueue } from '../../../src/state/push/queue.ts';
import { pushBatch } from '../../contracts/push-queue.contract.ts';
import { runHere } from '../../support/processes/run-here.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';
import {
  DATA_STORE,
  openGoogleWorkplace,
  type GoogleWorkplace,
} from '../../support/files/google-workplace.ts';
import { CONNECTOR_FILE, workplace } from '../../support/files/workplace.ts';

const folders = temporaryFolders();
let place: GoogleWorkplace;
let queue: PushQueue;

beforeEach(async () => {
  place = await openGoogleWorkplace(folders.make(), { aclEnabled: true });
  place.writeConnector({
    mode: 'rest_push',
    source: { type: 'http', query: undefined, secretRef: 'people-token' },
    mapping: { aclUsersField: 'readers' },
  });
  queue = await openPushQueue({ file: join(place.cwd, STATE_FILE) });
});
afterEach(async () => {
  await queue.close();
  await place.close();
});
afterAll(() => {
  folders.removeAll();
});

function upsert(id: number, title = `Ticket ${id}`): PushEvent {
  const docId = `people:${id}`;
  const document = { doc_id: docId, title, content: title, acl_users: ['mei@example.com'], metadata: { id } };
  return { docId, op: 'UPSERT', document: JSON.stringify(document) };
}
const remove = (id: number): PushEvent => ({ docId: `people:${id}`, op: 'DELETE', document: null });

async function push(...events: PushEvent[]): Promise<string> {
  const batch = pushBatch({ connectorId: 'people', events });
  await queue.enqueue(batch);
  return batch.pushRunId;
}

const titles = () =>
  Object.fromEntries(
    [...place.google.engine.documents(DATA_STORE)].map(([id, { data }]) => [id, data?.['title']]),
  );
const waiting = async () => (await queue.depth('people')).events;

describe('a connector that is pushed to', () => {
  test('delivers what was pushed, deletes what is said to be gone, and sends again what was rejected', async () => {
    await push(upsert(1), upsert(2), upsert(3));
    await push(upsert(1, 'Ticket 1, again'));
    expect(await place.runJson()).toMatchObject({
      exitCode: 0,
      result: { status: 'SUCCESS', counts: { seen: 3, added: 3, deleted: 0 } },
    });
    expect(titles()).toEqual({ people__1: 'Ticket 1, again', people__2: 'Ticket 2', people__3: 'Ticket 3' });

    place.rejected.add('people__4');
    await push(remove(2), upsert(4), upsert(5));
    const partial = await place.run();
    expect(partial.exitCode).toBe(4);
    expect(partial.stdout).toMatch(/deleted +1\n/);
    expect(partial.stdout).toContain('people:4: It is odd.');
    expect(await waiting()).toBe(1);
    place.rejected.clear();
    expect(await place.runJson()).toMatchObject({ exitCode: 0, result: { counts: { seen: 1, added: 1 } } });
    expect(Object.keys(titles()).sort()).toEqual(['people__1', 'people__3', 'people__4', 'people__5']);

    const nothing = await place.run();
    expect(nothing.exitCode).toBe(0);
    expect(nothing.stdout).toMatch(/seen +0\n[^]*deleted +0\n/);
    expect(place.google.engine.violations).toEqual([]);
  });

  test('stops at the push that is named, and does not know one that never was', async () => {
    const first = await push(upsert(1));
    await push(upsert(1, 'later'), upsert(2));
    expect(await place.runJson(['--push-run-id', first])).toMatchObject({
      exitCode: 0,
      result: { counts: { added: 1 } },
    });
    expect(titles()).toEqual({ people__1: 'Ticket 1' });
    expect(await place.runJson(['--push-run-id', first])).toMatchObject({
      exitCode: 0,
      result: { counts: { seen: 0 } },
    });
    expect(await place.runJson(['--push-run-id', 'never'])).toMatchObject({
      exitCode: 2,
      result: { error: { code: 'PUSH_RUN_UNKNOWN', message: expect.stringContaining('never') } },
    });
    expect(await waiting()).toBe(2);
  });

  test.each([['--local'], ['--dry-run']])('keeps what was pushed when it is run with %s', async (flag) => {
    await push(upsert(1), remove(2));
    expect(await place.runJson([flag])).toMatchObject({
      exitCode: 0,
      result: { counts: { seen: 2, added: 1, unchanged: 1 } },
    });
    expect(await waiting()).toBe(2);
    expect(titles()).toEqual({});
    expect(await readdir(place.cwd)).toContain(flag === '--local' ? 'local-bucket' : CONNECTOR_FILE);
  });

  test('is explained by what was pushed of a document: what waits for a run, and that a push deleted it', async () => {
    const explain = async () => {
      const command = ['explain', '--connector', CONNECTOR_FILE, '--doc', 'people:1'];
      const { exitCode, stdout } = await runHere(command, { cwd: place.cwd, env: place.google.env });
      return { exitCode, stdout };
    };
    const first = await push(upsert(1));
    const before = await explain();
    expect(before.exitCode).toBe(4);
    expect(before.stdout).toMatch(
      new RegExp(`^ {2}pushed +UPSERT, received \\S+ \\S+ UTC as ${first}, waits for a run$`, 'm'),
    );
    expect(before.stdout).toContain('→ A push of it waits for the next run:\n');
    await place.run();
    const second = await push(remove(1));
    const indexed = await explain();
    expect(indexed.exitCode).toBe(0);
    expect(indexed.stdout).toMatch(new RegExp(`^ {2}pushed +DELETE, .* as ${second}, waits for a run$`, 'm'));
    await place.run();
    const after = await explain();
    expect(after.exitCode).toBe(4);
    expect(after.stdout).toMatch(/^people:1 is not in the index: run \S+ deleted it\.$/m);
    expect(after.stdout).toMatch(/^ {2}because +a push deleted it$/m);
    expect(after.stdout).toContain('→ If it should exist, push it and run again:\n');
    expect(after.stdout).not.toMatch(/listing|query|waits/);
  });

  describe('with --resend', () => {
    test('sends what is pushed again also if it did not change, and deletes what is not known', async () => {
      await push(upsert(1), upsert(2));
      await place.run();
      const indexed = place.google.engine.documents(DATA_STORE).size;
      await push(upsert(1), remove(7));
      expect((await place.runJson(['--dry-run'])).result.counts).toMatchObject({ unchanged: 2, deleted: 0 });
      const { exitCode, result } = await place.runJson(['--resend']);
      expect(exitCode).toBe(0);
      expect(result.counts).toMatchObject({ seen: 2, unchanged: 1, resent: 1, deleted: 1 });
      const deletes = place.google.engine.requests.filter(({ path }) => path.endsWith('documents:purge'));
      expect(deletes.at(-1)?.body).toMatchObject({ force: true });
      expect(place.google.engine.documents(DATA_STORE).size).toBe(indexed);
      expect((await place.runJson()).result.counts).toMatchObject({ seen: 0 });
    });

    test('is refused when no push waits, because what was delivered is not kept', async () => {
      await push(upsert(1));
      expect((await place.runJson(['--resend', '--run-id', 'again'])).exitCode).toBe(0);
      const { exitCode, result } = await place.runJson(['--resend']);
      expect({ exitCode, error: result.error }).toMatchObject({
        exitCode: 2,
        error: { code: 'USAGE', message: 'No push to people waits, so there is nothing to send again.' },
      });
      // Its work was done before, so it is not asked whether something waits.
      expect((await place.runJson(['--resend', '--run-id', 'again'])).result).toMatchObject({
        work: 'repeated',
      });
    });
  });

  test('refuses --push-run-id where nothing is pushed', async () => {
    workplace(place.cwd, {}).writeConnector();
    expect(await place.runJson(['--push-run-id', 'some'])).toMatchObject({
      exitCode: 2,
      result: { error: { code: 'USAGE', message: expect.stringContaining('sql_pull') } },
    });
  });
});
