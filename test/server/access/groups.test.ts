import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startGuardedServer, type GuardedServer } from '../../support/http/guarded-server.ts';
import { parsedObject } from '../../support/files/json.ts';

const GROUPS = {
  header: 'x-groups',
  rights: new Map([
    ['viewers', 'read'],
    ['data-eng', 'author'],
    ['bridge-admins', 'admin'],
  ] as const),
};
const signOn = { header: 'x-user', right: undefined, groups: GROUPS } as const;

let server: GuardedServer;
let stranger: GuardedServer;
beforeAll(async () => {
  server = await startGuardedServer({ access: { signOn, trustedProxies: ['127.0.0.1'] } });
  stranger = await startGuardedServer({ access: { signOn, trustedProxies: ['10.0.0.1'] } });
});
afterAll(() => Promise.all([server.stop(), stranger.stop()]));

const ask = (headers: Record<string, string | string[]>, of = server) =>
  of.request('/test/read', { headers });

async function rightOf(groups: string): Promise<unknown> {
  const { status, text } = await ask({ 'x-user': 'ada', 'x-groups': groups });
  const caller = parsedObject(text)?.['caller'];
  return status === 200 && typeof caller === 'object' && caller !== null && 'right' in caller
    ? caller.right
    : status;
}

describe('the groups of a user of a proxy', () => {
  test.each([
    ['viewers', 'read'],
    ['data-eng', 'author'],
    ['viewers, data-eng ,other', 'author'],
    ['bridge-admins,viewers', 'admin'],
    // Names are compared exactly, and one that only contains a listed one counts as another.
    ['Bridge-Admins', 403],
    ['bridge-admins-of-test', 403],
    ['', 403],
  ])('give the highest right of the listed ones: %j is %j', async (groups, right) => {
    expect(await rightOf(groups)).toBe(right);
  });

  test('are refused when the proxy has appended to a header that the client sent', async () => {
    const { status } = await ask({ 'x-user': 'ada', 'x-groups': ['bridge-admins', 'viewers'] });
    expect(status).toBe(401);
  });

  test('give a user without a right 403 and an entry in the audit log', async () => {
    expect((await ask({ 'x-user': 'eve' })).status).toBe(403);
    const entries = await server.state.auditRecords.list({ actor: 'sso:eve' }, { limit: 5 });
    expect(entries).toMatchObject([
      { action: 'request.refuse', actor: { kind: 'proxy_user', name: 'eve' }, details: { needs: 'read' } },
    ]);
  });

  test('are removed from a request that does not come from a trusted proxy', async () => {
    const { status } = await ask({ 'x-user': 'ada', 'x-groups': 'bridge-admins' }, stranger);
    expect(status).toBe(401);
    const { text } = await stranger.request('/test/headers', {
      headers: {
        'x-groups': 'bridge-admins',
        authorization: `Bearer ${await stranger.makeKey('read')}`,
      },
    });
    expect(text).not.toContain('x-groups');
  });

  test('leave users of other groups the right of all users, if there is one', async () => {
    const access = { signOn: { ...signOn, right: 'read' as const }, trustedProxies: ['127.0.0.1'] };
    const open = await startGuardedServer({ access });
    expect((await ask({ 'x-user': 'ada' }, open)).status).toBe(200);
    const refused = await open.request('/test/operate', {
      method: 'POST',
      headers: { 'x-user': 'ada', 'sec-fetch-site': 'same-origin' },
    });
    expect(refused.status).toBe(403);
    await open.stop();
  });
});
