import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { grantedPermissions } from '../../../src/gemini/api/project-permissions.ts';
import { tokenReply, workloadIdentityFile } from '../../support/google-credentials.ts';
import {
  json,
  raw,
  refusal,
  startServer,
  type Reply,
  type TestServer,
} from '../../support/http/http-server.ts';
import { startHttp } from '../../support/http/local-server.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';

const ASKED = ['discoveryengine.documents.import', 'discoveryengine.documents.purge'];
const never = new AbortController().signal;

const folders = temporaryFolders();
const outside = process.env;
const servers: TestServer[] = [];
beforeEach(() => {
  process.env = { PATH: outside['PATH'], HOME: folders.make() };
});
afterEach(async () => {
  process.env = outside;
  folders.removeAll();
  for (const server of servers.splice(0)) await server.close();
});

async function serverOf(reply: Reply): Promise<TestServer> {
  const server = await startServer(reply);
  servers.push(server);
  return server;
}

async function ask(reply: Reply) {
  const server = await serverOf(reply);
  const endpoint = { url: server.url, loopback: true };
  const answer = await grantedPermissions('my-project', ASKED, endpoint, never).catch(
    (error: unknown) => error,
  );
  return { server, answer };
}

describe('permissions on a project', () => {
  test('are those of the asked ones that the answer has', async () => {
    const { server, answer } = await ask(json(200, { permissions: ASKED.slice(0, 1) }));
    expect(answer).toEqual(new Set(ASKED.slice(0, 1)));
    expect(server.received).toMatchObject([
      { method: 'POST', url: '/v3/projects/my-project:testIamPermissions' },
    ]);
    expect(JSON.parse(server.received[0]?.body ?? '')).toEqual({ permissions: ASKED });
  });

  test('are none when the answer leaves them out', async () => {
    const { answer } = await ask(json(200, {}));
    expect(answer).toEqual(new Set());
  });

  test('are not known when the API is not enabled, and the fix is about that API', async () => {
    const { answer, server } = await ask(refusal(403, 'PERMISSION_DENIED', 'It is disabled.'));
    expect(answer).toMatchObject({
      code: 'GEMINI_PERMISSION',
      message: expect.stringContaining('403 PERMISSION_DENIED: "It is disabled."'),
      hint: expect.stringContaining('cloudresourcemanager.googleapis.com'),
    });
    expect(server.received).toHaveLength(1);
  });

  test('are not known while the service fails, and the fix is to wait', async () => {
    const { answer } = await ask(raw(503, 'busy'));
    expect(answer).toMatchObject({
      code: 'GEMINI_UNREACHABLE',
      hint: expect.stringContaining('Try again later'),
    });
  });

  test('end with the reason of the signal', async () => {
    const reason = new Error('enough');
    const endpoint = { url: 'http://127.0.0.1:1', loopback: true };
    await expect(grantedPermissions('p', ASKED, endpoint, AbortSignal.abort(reason))).rejects.toBe(reason);
  });

  test('are asked of Google itself unless the endpoint is a stand-in: another host has only Discovery Engine', async () => {
    const asked: (string | undefined)[] = [];
    const proxy = await startHttp(undefined, (server) =>
      server.on('connect', (request, socket) => {
        asked.push(request.url);
        socket.destroy();
      }),
    );
    process.env['HTTPS_PROXY'] = proxy.origin;
    process.env['NO_PROXY'] = '127.0.0.1';
    const tokens = await serverOf(tokenReply('canary-token'));
    process.env['GOOGLE_APPLICATION_CREDENTIALS'] = workloadIdentityFile(folders.make(), tokens.url);
    const endpoint = { url: 'https://discovery.example.com', loopback: false };
    const answer = await grantedPermissions('my-project', ASKED, endpoint, never).catch(
      (error: unknown) => error,
    );
    await proxy.close();
    expect(asked).toEqual(['cloudresourcemanager.googleapis.com:443']);
    expect(answer).toMatchObject({ code: 'GEMINI_UNREACHABLE' });
    expect(String(answer)).not.toContain('canary-token');
  });
});
