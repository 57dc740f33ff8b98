import { afterEach, describe, expect, test } from '@jest/globals';
import { permissionsFindings } from '../../../src/app/checks/permissions.ts';
import { Caller } from '../../stand-ins/discovery-engine/caller.ts';
import type { DiscoveryEngineOptions } from '../../stand-ins/discovery-engine/options.ts';

const never = new AbortController().signal;
let caller: Caller;
afterEach(() => caller.standIn.close());

async function findings(permissions: DiscoveryEngineOptions['permissions'] = {}, project = 'my-project') {
  caller = await Caller.open({ permissions });
  return permissionsFindings(project, { url: caller.standIn.url, loopback: true }, never);
}

describe('permissions', () => {
  test('are fine when all of them are there', async () => {
    expect(await findings()).toMatchObject([
      { subject: 'permissions', status: 'ok' },
      { subject: 'purge', status: 'ok' },
    ]);
    expect(caller.standIn.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'POST /v3/projects/my-project:testIamPermissions',
    ]);
  });

  test('without purge are a warning that says what it means and which role helps', async () => {
    expect(await findings({ purge: false })).toMatchObject([
      { subject: 'permissions', status: 'ok' },
      {
        subject: 'purge',
        status: 'warn',
        what: 'The caller may not purge in project my-project: roles/discoveryengine.editor cannot purge; deletes then go one by one, 600 per minute.',
        fix: 'Grant roles/discoveryengine.admin, or a custom role with discoveryengine.documents.purge.',
      },
    ]);
  });

  test.each([
    ['import', 'discoveryengine.documents.import'],
    ['delete', 'discoveryengine.documents.delete'],
    ['operationsGet', 'discoveryengine.operations.get'],
    ['getDataStore', 'discoveryengine.dataStores.get'],
  ])('without %s fail, and name it', async (key, name) => {
    expect(await findings({ [key]: false })).toMatchObject([
      {
        subject: 'permissions',
        status: 'fail',
        code: 'GEMINI_PERMISSION',
        what: `On project my-project the caller lacks ${name}.`,
      },
      { subject: 'purge', status: 'ok' },
    ]);
  });

  test('that cannot be seen fail nothing, and say what purging takes all the same', async () => {
    expect(await findings({}, 'other-project')).toMatchObject([
      {
        subject: 'permissions',
        status: 'warn',
        what: expect.stringContaining('403 PERMISSION_DENIED'),
        fix: expect.stringMatching(/gemini\.projectId.*cloudresourcemanager\.googleapis\.com/),
      },
      {
        subject: 'purge',
        status: 'warn',
        what: expect.stringContaining('roles/discoveryengine.editor cannot purge'),
        fix: expect.stringContaining('roles/discoveryengine.admin'),
      },
    ]);
  });

  test('fail nothing either when nobody answers', async () => {
    caller = await Caller.open();
    caller.standIn.fail({ when: { path: 'testIamPermissions' }, how: { kind: 'hang', effect: 'before' } });
    const endpoint = { url: caller.standIn.url, loopback: true };
    expect(await permissionsFindings('my-project', endpoint, never, 0.05)).toMatchObject([
      {
        subject: 'permissions',
        status: 'warn',
        what: expect.stringContaining('does not answer within 0.05 s'),
      },
      { subject: 'purge', status: 'warn' },
    ]);
  });
});
