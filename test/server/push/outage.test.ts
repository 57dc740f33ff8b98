import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { migrateState } from '../../../src/state/run/open-state.ts';
import { startBridgeServer } from '../../support/server/bridge-server.ts';
import { startPostgres, type TestPostgres } from '../../support/databases/postgres.ts';
import { pushConnectors, pushHeaders } from '../../support/server/push-server.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';

const folders = temporaryFolders();
let postgres: TestPostgres;
let server: Awaited<ReturnType<typeof startBridgeServer>>;

beforeAll(async () => {
  postgres = await startPostgres();
  await migrateState({ url: postgres.url(), file: 'not-used.db' });
  const cwd = folders.make();
  pushConnectors(cwd);
  server = await startBridgeServer({ cwd, databaseUrl: postgres.url() });
});

afterAll(async () => {
  await server.stop();
  await postgres.stop();
  folders.removeAll();
});

const push = () =>
  server.request('/v1/connectors/support-push/events', {
    method: 'POST',
    body: '{"op":"DELETE","doc_id":"1"}',
    headers: pushHeaders('application/json'),
  });

test('without its database the server acknowledges no push, and says when to try again', async () => {
  expect((await push()).status).toBe(202);
  await postgres.stop();
  for (const attempt of [1, 2]) {
    const answer = await push();
    expect([attempt, answer.status]).toEqual([attempt, 503]);
    expect(answer.headers.get('retry-after')).toMatch(/^\d+$/);
    expect(await answer.text()).not.toContain(String(postgres.port));
  }
});
