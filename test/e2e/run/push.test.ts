import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { PushEvent } from '../../../src/push/events/packed-events.ts';
import { STATE_FILE } from '../../../src/state/run/open-state.ts';
import { openPushQueue, type PushQueue } from '../../../src/state/push/queue.ts';
import { pushBatch } from '../../contracts/push-queue.contract.ts';
import { runHere } from '../../support/processes/run-here.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';
import { CONNECTOR_FILE, workplace, type RunObject } from '../../support/files/workplace.ts';
import { startGoogleStandIn, type GoogleStandIn } from '../../stand-ins/google.ts';

const BUCKET = 'company-sync';
const DATA_STORE = {
  project: 'my-project',
  location: 'global',
  id: 'people',
  aclEnabled: true,
  contentConfig: 'CONTENT_REQUIRED',
} as const;

const folders = temporaryFolders();
/** Ids of documents that the data store does not take. */
const odd = new Set<string>();
let google: GoogleStandIn;
let queue: PushQueue;
let cwd: string;

beforeEach(async () => {
  odd.clear();
  google = await startGoogleStandIn({
    buckets: [BUCKET],
    dataStores: [DATA_STORE],
    errorForm: 'document',
    // An operation that is done at once is one that nobody waits for.
    synchronous: true,
    rejectDocument: ({ id }) => (odd.has(String(id)) ? 'It is odd.' : undefined),
  });
  cwd = folders.make();
  workplace(cwd, {}).writeConnector({
    mode: 'rest_push',
    source: { type: 'http', query: undefined, secretRef: 'people-token' },
    mapping: { aclUsersField: 'readers' },
    output: { bucket: `gs://${BUCKET}` },
  });
  queue = await openPushQueue({ file: join(cwd, STATE_FILE) });
});
afterEach(async () => {
  await queue.close();
  await google.close();
});
afterAll(() => {
  folders.removeAll();
});

const run = (...args: string[]) =>
  runHere(['run', '--connector', CONNECTOR_FILE, ...args], { cwd, env: google.env });

async function runJson(...args: string[]) {
  const { exitCode, stdout, stderr } = await run('--json', ...args);
  if (stdout === '') throw new Error(stderr);
  return { exitCode, result: JSON.parse(stdout) as RunObject };
}

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
  Object.fromEntries([...google.engine.documents(DATA_STORE)].map(([id, { data }]) => [id, data?.['title']]));
const waiting = async () => (await queue.depth('people')).events;

describe('a connector that is pushed to', () => {
  test('delivers what was pushed, deletes what is said to be gone, and sends again what was rejected', async () => {
    await push(upsert(1), upsert(2), upsert(3));
    await push(upsert(1, 'Ticket 1, again'));
    expect(await runJson()).toMatchObject({
      exitCode: 0,
      result: { status: 'SUCCESS', counts: { seen: 3, added: 3, deleted: 0 } },
    });
    expect(titles()).toEqual({ people__1: 'Ticket 1, again', people__2: 'Ticket 2', people__3: 'Ticket 3' });

    odd.add('people__4');
    await push(remove(2), upsert(4), upsert(5));
    const partial = await run();
    expect(partial.exitCode).toBe(4);
    expect(partial.stdout).toMatch(/deleted +1\n/);
    expect(partial.stdout).toContain('people:4: It is odd.');
    expect(await waiting()).toBe(1);
    odd.clear();
    expect(await runJson()).toMatchObject({ exitCode: 0, result: { counts: { seen: 1, added: 1 } } });
    expect(Object.keys(titles()).sort()).toEqual(['people__1', 'people__3', 'people__4', 'people__5']);

    const nothing = await run();
    expect(nothing.exitCode).toBe(0);
    expect(nothing.stdout).toMatch(/seen +0\n[^]*deleted +0\n/);
    expect(google.engine.violations).toEqual([]);
  });

  test('stops at the push that is named, and does not know one that never was', async () => {
    const first = await push(upsert(1));
    await push(upsert(1, 'later'), upsert(2));
    expect(await runJson('--push-run-id', first)).toMatchObject({
      exitCode: 0,
      result: { counts: { added: 1 } },
    });
    expect(titles()).toEqual({ people__1: 'Ticket 1' });
    expect(await runJson('--push-run-id', first)).toMatchObject({
      exitCode: 0,
      result: { counts: { seen: 0 } },
    });
    expect(await runJson('--push-run-id', 'never')).toMatchObject({
      exitCode: 2,
      result: { error: { code: 'PUSH_RUN_UNKNOWN', message: expect.stringContaining('never') } },
    });
    expect(await waiting()).toBe(2);
  });

  test.each([['--local'], ['--dry-run']])('keeps what was pushed when it is run with %s', async (flag) => {
    await push(upsert(1), remove(2));
    expect(await runJson(flag)).toMatchObject({
      exitCode: 0,
      result: { counts: { seen: 2, added: 1, unchanged: 1 } },
    });
    expect(await waiting()).toBe(2);
    expect(titles()).toEqual({});
    expect(await readdir(cwd)).toContain(flag === '--local' ? 'local-bucket' : CONNECTOR_FILE);
  });

  test('is explained by what was pushed of a document: what waits for a run, and that a push deleted it', async () => {
    const explain = async () => {
      const command = ['explain', '--connector', CONNECTOR_FILE, '--doc', 'people:1'];
      const { exitCode, stdout } = await runHere(command, { cwd, env: google.env });
      return { exitCode, stdout };
    };
    const first = await push(upsert(1));
    const before = await explain();
    expect(before.exitCode).toBe(4);
    expect(before.stdout).toMatch(
      new RegExp(`^ {2}pushed +UPSERT, received \\S+ \\S+ UTC as ${first}, waits for a run$`, 'm'),
    );
    expect(before.stdout).toContain('→ A push of it waits for the next run:\n');
    await run();
    const second = await push(remove(1));
    const indexed = await explain();
    expect(indexed.exitCode).toBe(0);
    expect(indexed.stdout).toMatch(new RegExp(`^ {2}pushed +DELETE, .* as ${second}, waits for a run$`, 'm'));
    await run();
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
      await run();
      const indexed = google.engine.documents(DATA_STORE).size;
      await push(upsert(1), remove(7));
      expect((await runJson('--dry-run')).result.counts).toMatchObject({ unchanged: 2, deleted: 0 });
      const { exitCode, result } = await runJson('--resend');
      expect(exitCode).toBe(0);
      expect(result.counts).toMatchObject({ seen: 2, unchanged: 1, resent: 1, deleted: 1 });
      const deletes = google.engine.requests.filter(({ path }) => path.endsWith('documents:purge'));
      expect(deletes.at(-1)?.body).toMatchObject({ force: true });
      expect(google.engine.documents(DATA_STORE).size).toBe(indexed);
      expect((await runJson()).result.counts).toMatchObject({ seen: 0 });
    });

    test('is refused when no push waits, because what was delivered is not kept', async () => {
      await push(upsert(1));
      expect((await runJson('--resend', '--run-id', 'again')).exitCode).toBe(0);
      const { exitCode, result } = await runJson('--resend');
      expect({ exitCode, error: result.error }).toMatchObject({
        exitCode: 2,
        error: { code: 'USAGE', message: 'No push to people waits, so there is nothing to send again.' },
      });
      // Its work was done before, so it is not asked whether something waits.
      expect((await runJson('--resend', '--run-id', 'again')).result).toMatchObject({ work: 'repeated' });
    });
  });

  test('refuses --push-run-id where nothing is pushed', async () => {
    workplace(cwd, {}).writeConnector();
    expect(await runJson('--push-run-id', 'some')).toMatchObject({
      exitCode: 2,
      result: { error: { code: 'USAGE', message: expect.stringContaining('sql_pull') } },
    });
  });
});
