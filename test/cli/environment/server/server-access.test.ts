import { describe, expect, test } from '@jest/globals';
import { readServerAccess } from '../../../../src/cli/environment/server/server-access.ts';
import { BridgeError } from '../../../../src/core/errors.ts';
import { growthOf } from '../../../support/memory/processor-time.ts';

describe('the access settings of the server', () => {
  test('has no keys, proxies or sign-on when nothing is set', () => {
    const nobody = { adminKey: undefined, sessionSecret: undefined, trustedProxies: [], signOn: undefined };
    expect(readServerAccess({})).toEqual(nobody);
    expect(
      readServerAccess({
        ADMIN_API_KEY: '',
        SESSION_SECRET: '',
        TRUSTED_PROXY_ADDRESSES: '',
        SSO_USER_HEADER: '',
      }),
    ).toEqual(nobody);
  });

  test('is read with its proxies and the rights of their users', () => {
    const env = {
      ADMIN_API_KEY: 'sixteen-letters!',
      SESSION_SECRET: 'session-secret-of-32-characters!',
      TRUSTED_PROXY_ADDRESSES: ' 10.0.0.7, 10.1.0.0/16,fd00::/8 ',
      SSO_USER_HEADER: 'X-Forwarded-User',
    };
    expect(readServerAccess(env)).toEqual({
      adminKey: 'sixteen-letters!',
      sessionSecret: 'session-secret-of-32-characters!',
      trustedProxies: ['10.0.0.7', '10.1.0.0/16', 'fd00::/8'],
      signOn: { header: 'x-forwarded-user', right: 'read' },
    });
    expect(readServerAccess({ ...env, SSO_RIGHTS: 'Operate' }).signOn?.right).toBe('operate');
  });

  const PROXY = { TRUSTED_PROXY_ADDRESSES: '10.0.0.1' };
  const GROUPS = { ...PROXY, SSO_USER_HEADER: 'x-user', SSO_GROUPS_HEADER: 'X-Groups' };

  test('is read with the rights of groups, whose other users have no right unless SSO_RIGHTS gives one', () => {
    const env = { ...GROUPS, SSO_GROUP_RIGHTS: ' bridge-admins=Admin, cn=data=author ,' };
    const groups = {
      header: 'x-groups',
      rights: new Map([
        ['bridge-admins', 'admin'],
        ['cn=data', 'author'],
      ]),
    };
    expect(readServerAccess(env).signOn).toEqual({ header: 'x-user', right: undefined, groups });
    expect(readServerAccess({ ...env, SSO_RIGHTS: 'read' }).signOn?.right).toBe('read');
  });

  test.each([
    [{ ADMIN_API_KEY: 'fifteen-letters' }, 'ADMIN_API_KEY', '16'],
    [{ ADMIN_API_KEY: 'a passphrase of words' }, 'ADMIN_API_KEY', 'spaces'],
    [{ ADMIN_API_KEY: 'a'.repeat(40) }, 'ADMIN_API_KEY', '6 different characters'],
    [{ ADMIN_API_KEY: 'passwordpassword' }, 'ADMIN_API_KEY', 'repeated word'],
    [{ SESSION_SECRET: 'x'.repeat(31) }, 'SESSION_SECRET', '32'],
    [{ SESSION_SECRET: 'x'.repeat(32) }, 'SESSION_SECRET', '6 different characters'],
    [{ TRUSTED_PROXY_ADDRESSES: '10.0.0.1,proxy.example' }, 'TRUSTED_PROXY_ADDRESSES', 'proxy.example'],
    [{ TRUSTED_PROXY_ADDRESSES: '0.0.0.0/0' }, 'TRUSTED_PROXY_ADDRESSES', '0.0.0.0/0'],
    [{ TRUSTED_PROXY_ADDRESSES: '10.0.0.0/33' }, 'TRUSTED_PROXY_ADDRESSES', '10.0.0.0/33'],
    [{ SSO_USER_HEADER: 'x-forwarded-user' }, 'SSO_USER_HEADER', 'TRUSTED_PROXY_ADDRESSES'],
    [{ ...PROXY, SSO_USER_HEADER: 'x user' }, 'SSO_USER_HEADER', 'x user'],
    [{ ...PROXY, SSO_USER_HEADER: 'Authorization' }, 'SSO_USER_HEADER', 'authorization'],
    [
      { ...PROXY, SSO_USER_HEADER: 'x-user', SSO_RIGHTS: 'push' },
      'SSO_RIGHTS',
      'read, author, operate, admin',
    ],
    [{ ...GROUPS }, 'SSO_GROUP_RIGHTS', 'is not'],
    [{ ...PROXY, SSO_USER_HEADER: 'x-user', SSO_GROUP_RIGHTS: 'a=read' }, 'SSO_GROUPS_HEADER', 'is not'],
    [
      { ...PROXY, SSO_GROUPS_HEADER: 'x-groups', SSO_GROUP_RIGHTS: 'a=read' },
      'SSO_GROUPS_HEADER',
      'SSO_USER_HEADER',
    ],
    [{ ...PROXY, SSO_GROUP_RIGHTS: 'a=read' }, 'SSO_GROUP_RIGHTS', 'SSO_USER_HEADER'],
    [{ ...GROUPS, SSO_GROUPS_HEADER: 'x-user', SSO_GROUP_RIGHTS: 'a=read' }, 'SSO_GROUPS_HEADER', 'both'],
    [{ ...GROUPS, SSO_GROUPS_HEADER: 'cookie', SSO_GROUP_RIGHTS: 'a=read' }, 'SSO_GROUPS_HEADER', 'cookie'],
    [{ ...GROUPS, SSO_GROUP_RIGHTS: 'a=push' }, 'SSO_GROUP_RIGHTS', 'a=push'],
    [{ ...GROUPS, SSO_GROUP_RIGHTS: 'admin' }, 'SSO_GROUP_RIGHTS', '"admin"'],
    [{ ...GROUPS, SSO_GROUP_RIGHTS: '=admin' }, 'SSO_GROUP_RIGHTS', '=admin'],
    [{ ...GROUPS, SSO_GROUP_RIGHTS: 'a=read,a=admin' }, 'SSO_GROUP_RIGHTS', 'twice'],
    [{ ...GROUPS, SSO_GROUP_RIGHTS: ' , ' }, 'SSO_GROUP_RIGHTS', 'no group'],
  ])('is refused when it cannot be: %j', (env, variable, words) => {
    const read = () => readServerAccess(env);
    expect(read).toThrow(
      expect.objectContaining({ code: 'ENVIRONMENT_INVALID', message: expect.stringContaining(variable) }),
    );
    expect(read).toThrow(words);
  });

  test('is refused without the secret in the message', () => {
    expect(() => readServerAccess({ ADMIN_API_KEY: 'hunter2' })).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('hunter2') }),
    );
  });

  test.each<[string, (size: number) => string]>([
    ['addresses', (size) => '10.0.0.1/32,'.repeat(size / 12)],
    ['commas', (size) => ','.repeat(size)],
    ['colons', (size) => `${':'.repeat(size)},`],
    ['slashes', (size) => `10.0.0.1${'/'.repeat(size)}`],
    ['blanks', (size) => `10.0.0.1${' '.repeat(size)}x`],
  ])('is read in a time that is linear in the length of the list: %s', async (_, list) => {
    const work = (size: number) => {
      try {
        readServerAccess({ TRUSTED_PROXY_ADDRESSES: list(size) });
      } catch (thrown) {
        if (!(thrown instanceof BridgeError)) throw thrown;
      }
    };
    expect(await growthOf(work, 120_000)).toBe('linear');
  });
});
