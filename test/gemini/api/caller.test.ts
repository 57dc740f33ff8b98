import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { findCaller } from '../../../src/gemini/api/caller.ts';
import { tokenReply, workloadIdentityFile } from '../../support/google-credentials.ts';
import { json, startServer, type Reply, type TestServer } from '../../support/http/http-server.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';

const folders = temporaryFolders();
const outside = process.env;
let server: TestServer | undefined;
beforeEach(() => {
  process.env = { PATH: outside['PATH'], HOME: folders.make() };
});
afterEach(async () => {
  process.env = outside;
  folders.removeAll();
  await server?.close();
  server = undefined;
});

/** Credentials of this machine, for which a server answers so. */
async function credentials(
  more: (url: string) => Readonly<Record<string, unknown>>,
  ...replies: readonly Reply[]
): Promise<void> {
  server = await startServer(...replies);
  const file = workloadIdentityFile(folders.make(), `${server.url}/token`, more(server.url));
  process.env['GOOGLE_APPLICATION_CREDENTIALS'] = file;
}

test('an identity without a service account has a token, and no address', async () => {
  await credentials(() => ({}), tokenReply('token-1'));
  await expect(findCaller()).resolves.toEqual({ account: undefined, quotaProject: undefined });
  expect(server?.received).toHaveLength(1);
});

test('the project that requests are counted for is the one that the credentials name', async () => {
  await credentials(() => ({ quota_project_id: 'billing-project' }), tokenReply('token-1'));
  await expect(findCaller()).resolves.toMatchObject({ quotaProject: 'billing-project' });
});

test('an identity that acts as a service account has its address', async () => {
  const account = 'sync@my-project.iam.gserviceaccount.com';
  const impersonated = json(200, { accessToken: 'token-2', expireTime: '2999-01-01T00:00:00Z' });
  await credentials(
    (url) => ({
      service_account_impersonation_url: `${url}/v1/projects/-/serviceAccounts/${account}:generateAccessToken`,
    }),
    tokenReply('token-1'),
    impersonated,
  );
  await expect(findCaller()).resolves.toMatchObject({ account });
});

test('credentials that are refused are a matter of permission, in the words of the server', async () => {
  await credentials(
    () => ({}),
    json(400, { error: 'invalid_grant', error_description: 'The subject token has expired.' }),
  );
  await expect(findCaller()).rejects.toMatchObject({
    code: 'GEMINI_CREDENTIALS',
    message: expect.stringMatching(/^A request to Google was not sent, .*The subject token has expired\.$/),
    hint: expect.stringContaining('GOOGLE_APPLICATION_CREDENTIALS'),
  });
});
