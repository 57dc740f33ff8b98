import { afterEach, describe, expect, test } from '@jest/globals';
import { permissionsFindings } from '../../../../src/app/doctor/cloud/permissions.ts';
import { Caller } from '../../../stand-ins/discovery-engine/caller.ts';
import type { DiscoveryEngineOptions } from '../../../stand-ins/discovery-engine/options.ts';
import { connectorSpec } from '../../../support/pipeline/connector-spec.ts';

const never = new AbortController().signal;
let caller: Caller;
afterEach(() => caller.standIn.close());

async function findings(permissions: DiscoveryEngineOptions['permissions'] = {}, spec = connectorSpec()) {
  caller = await Caller.open({ permissions });
  return permissionsFindings(spec, { url: caller.standIn.url, loopback: true }, never);
}

describe('permissions', () => {
  test('are fine when all of them are there', async () => {
    expect(await findings()).toMatchObject([
      { subject: 'permissions', status: 'ok' },
      { subject: 'deletes', status: 'ok', message: expect.stringContaining('may purge') },
    ]);
    expect(caller.standIn.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'POST /v3/projects/my-project:testIamPermissions',
    ]);
  });

  test.each([
    ['import', 'discoveryengine.documents.import'],
    ['operationsGet', 'discoveryengine.operations.get'],
  ])('without %s fail, and name it', async (key, name) => {
    expect(await findings({ [key]: false })).toMatchObject([
      {
        subject: 'permissions',
        status: 'fail',
        code: 'GEMINI_PERMISSION',
        message: `On project my-project the caller lacks ${name}.`,
      },
      { subject: 'deletes', status: 'ok' },
    ]);
  });

  test('without the list of operations are a warning, because runs do without', async () => {
    expect(await findings({ operationsList: false })).toMatchObject([
      {
        subject: 'permissions',
        status: 'warn',
        fix: expect.stringContaining('discoveryengine.operations.list'),
      },
      { subject: 'deletes', status: 'ok' },
    ]);
  });

  test('that cannot be read are a warning, which still says what deletes require', async () => {
    expect(await findings({}, connectorSpec({ gemini: { projectId: 'other-project' } }))).toMatchObject([
      {
        subject: 'permissions',
        status: 'warn',
        message: expect.stringContaining('403 PERMISSION_DENIED'),
        fix: expect.stringMatching(/gemini\.projectId.*cloudresourcemanager\.googleapis\.com/),
      },
      {
        subject: 'deletes',
        status: 'warn',
        message: expect.stringContaining('roles/discoveryengine.editor cannot purge'),
        fix: expect.stringContaining('roles/discoveryengine.admin'),
      },
    ]);
  });
});

describe('deletes', () => {
  test('without purge are a warning that says what it means and which role helps', async () => {
    expect(await findings({ purge: false })).toMatchObject([
      { subject: 'permissions', status: 'ok' },
      {
        subject: 'deletes',
        status: 'warn',
        message:
          'The caller may not purge in project my-project: roles/discoveryengine.editor cannot purge; deletes go one by one, 600 per minute.',
        fix: 'Grant roles/discoveryengine.admin, or a custom role with discoveryengine.documents.purge.',
      },
    ]);
  });

  test('need no permission for single documents where purge is there', async () => {
    expect(await findings({ delete: false })).toMatchObject([{ status: 'ok' }, { status: 'ok' }]);
  });

  test('without either permission fail', async () => {
    expect(await findings({ delete: false, purge: false })).toMatchObject([
      { subject: 'permissions', status: 'ok' },
      {
        subject: 'deletes',
        status: 'fail',
        message: expect.stringContaining('discoveryengine.documents.delete'),
      },
    ]);
  });

  test.each(['never_delete', 'soft_delete_only'] as const)(
    'need none of them under %s, unless rows can lose their readers',
    async (deletePolicy) => {
      const denied = { delete: false, purge: false };
      expect(await findings(denied, connectorSpec({ deletePolicy }))).toMatchObject([
        { subject: 'permissions', status: 'ok' },
        { subject: 'deletes', status: 'ok' },
      ]);
      await caller.standIn.close();
      const mapping = { aclUsersField: 'readers' };
      expect(await findings(denied, connectorSpec({ deletePolicy, mapping }))).toMatchObject([
        { subject: 'permissions', status: 'ok' },
        { subject: 'deletes', status: 'fail' },
      ]);
    },
  );

  test('need none of them either where permissions cannot be seen', async () => {
    const spec = connectorSpec({ gemini: { projectId: 'other-project' }, deletePolicy: 'never_delete' });
    expect(await findings({}, spec)).toMatchObject([
      { status: 'warn' },
      { subject: 'deletes', status: 'ok' },
    ]);
  });
});
