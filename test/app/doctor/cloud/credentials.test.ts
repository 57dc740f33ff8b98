import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { credentialsFindings } from '../../../../src/app/doctor/cloud/credentials.ts';
import { tokenReply, workloadIdentityFile } from '../../../support/google-credentials.ts';
import { startServer } from '../../../support/http/http-server.ts';
import { temporaryFolders } from '../../../support/files/temporary-folder.ts';

const never = new AbortController().signal;
const folders = temporaryFolders();
const outside = process.env;
beforeEach(() => {
  process.env = { PATH: outside['PATH'], HOME: folders.make() };
});
afterEach(() => {
  process.env = outside;
  folders.removeAll();
});

test('credentials are fine when they give a token, which is not shown', async () => {
  const server = await startServer(tokenReply('canary-token'));
  const more = { quota_project_id: 'billing-project' };
  process.env['GOOGLE_APPLICATION_CREDENTIALS'] = workloadIdentityFile(folders.make(), server.url, more);
  const found = await credentialsFindings(true, never);
  await server.close();
  expect(found).toEqual([
    {
      subject: 'credentials',
      status: 'ok',
      caller: { account: undefined, quotaProject: 'billing-project' },
      message:
        'The credentials of this machine give a token. Requests are counted for project billing-project.',
    },
  ]);
});

test('credentials that are not there fail, and say where they can come from', async () => {
  process.env['GOOGLE_APPLICATION_CREDENTIALS'] = '/no-such-file.json';
  await expect(credentialsFindings(true, never)).resolves.toMatchObject([
    {
      status: 'fail',
      code: 'GEMINI_CREDENTIALS',
      message: expect.stringContaining('/no-such-file.json'),
      fix: expect.stringContaining('gcloud auth application-default login'),
    },
  ]);
});

test('credentials that nothing needs are not looked for', async () => {
  process.env['GOOGLE_APPLICATION_CREDENTIALS'] = '/no-such-file.json';
  await expect(credentialsFindings(false, never)).resolves.toMatchObject([{ status: 'ok' }]);
});
