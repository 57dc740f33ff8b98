import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { join } from 'node:path';
import { pushQueueFindings, pushTokenFindings } from '../../../src/app/doctor/push-queue.ts';
import type { Connector } from '../../../src/definitions/connector/types.ts';
import { STATE_FILE } from '../../../src/state/run/open-state.ts';
import { openPushQueue } from '../../../src/state/push/queue.ts';
import { pushBatch } from '../../contracts/push-queue.contract.ts';
import { connectorSpec } from '../../support/pipeline/connector-spec.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';
import { NO_MANAGED_SECRETS } from '../../support/secrets/no-managed-secrets.ts';

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
    { subject: 'source', status: 'ok', message: 'Nothing that was pushed waits for a run.' },
  ]);
  const queue = await openPushQueue({ file: join(cwd, STATE_FILE) });
  await queue.enqueue(pushBatch());
  await queue.close();
  await expect(look()).resolves.toMatchObject([
    {
      status: 'ok',
      message: expect.stringContaining('1 pushed event in 1 batch, the oldest of 2026-01-02T03'),
    },
  ]);
});

test('leaves it to the check of the state to say why the state cannot be read', async () => {
  await expect(look('postgres://nobody@127.0.0.1:1/none')).resolves.toMatchObject([{ status: 'skip' }]);
});

describe('the check of the push token', () => {
  const withToken: Connector = {
    ...connector,
    spec: { ...connectorSpec(), mode: 'rest_push', source: { type: 'http', secretRef: 'support-token' } },
  };
  const of = (token: string | undefined) =>
    pushTokenFindings(withToken, {
      ...NO_MANAGED_SECRETS,
      databaseUrl: undefined,
      cwd: folders.make(),
      secret: (variable) => (variable === 'SECRET_SUPPORT_TOKEN' ? token : undefined),
      similarSecret: () => undefined,
    });

  test.each(['weak1', 'aaaaaaaaaaaaaaaaaaaa', 'with a space in it!'])('fails for %j', async (token) => {
    const findings = await of(token);
    expect(findings).toMatchObject([
      {
        subject: 'source',
        status: 'fail',
        code: 'SECRET_WEAK',
        message: expect.stringMatching(/SECRET_SUPPORT_TOKEN must have at least .*16/),
        fix: expect.stringContaining('openssl rand -hex 32'),
      },
    ]);
    expect(JSON.stringify(findings)).not.toContain(token);
  });

  test('has nothing to say about a good token, or none', async () => {
    expect(await of('token-of-the-ticket-system')).toEqual([]);
    expect(await of(undefined)).toEqual([]);
    expect(
      await pushTokenFindings(connector, {
        ...NO_MANAGED_SECRETS,
        databaseUrl: undefined,
        cwd: folders.make(),
        secret: () => 'weak1',
        similarSecret: () => undefined,
      }),
    ).toEqual([]);
  });
});
