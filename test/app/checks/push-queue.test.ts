import { afterAll, beforeEach, expect, test } from '@jest/globals';
import { join } from 'node:path';
import { pushQueueFindings } from '../../../src/app/checks/push-queue.ts';
import type { Connector } from '../../../src/connector/types.ts';
import { STATE_FILE } from '../../../src/state/open-state.ts';
import { openPushQueue } from '../../../src/state/push/queue.ts';
import { pushBatch } from '../../contracts/push-queue.contract.ts';
import { connectorSpec } from '../../support/connector-spec.ts';
import { temporaryFolders } from '../../support/temporary-folder.ts';

const folders = temporaryFolders();
let cwd: string;
beforeEach(() => {
  cwd = folders.make();
});
afterAll(() => {
  folders.removeAll();
});

const connector: Connector = {
  apiVersion: 'sync.gemini.io/v1alpha1',
  kind: 'Connector',
  metadata: { name: 'support' },
  spec: { ...connectorSpec(), mode: 'rest_push', source: { type: 'http' } },
};
const look = (databaseUrl?: string) =>
  pushQueueFindings(connector, { databaseUrl, cwd }, new AbortController().signal);

test('says how much waits for the next run, and that nothing does', async () => {
  await expect(look()).resolves.toEqual([
    { subject: 'source', status: 'ok', what: 'Nothing that was pushed waits for a run.' },
  ]);
  const queue = await openPushQueue({ file: join(cwd, STATE_FILE) });
  await queue.enqueue(pushBatch());
  await queue.close();
  await expect(look()).resolves.toMatchObject([
    { status: 'ok', what: expect.stringContaining('1 pushed event in 1 batch, the oldest of 2026-01-02T03') },
  ]);
});

test('leaves it to the check of the state to say why the state cannot be read', async () => {
  await expect(look('postgres://nobody@127.0.0.1:1/none')).resolves.toMatchObject([{ status: 'skipped' }]);
});
