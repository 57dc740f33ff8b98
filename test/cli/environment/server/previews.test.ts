import { describe, expect, test } from '@jest/globals';
import { readPreviewReach } from '../../../../src/cli/environment/server/previews.ts';
import { previewVariables } from '../../../../src/cli/environment/run-variables.ts';

describe('readPreviewReach', () => {
  test('reads names, addresses, networks and folders', () => {
    const env = {
      STUDIO_ALLOWED_HOSTS: ' *.Corp.example, 10.1.0.0/16,',
      STUDIO_FILE_ROOTS: '/srv/a, /srv/b',
    };
    expect(readPreviewReach(env)).toEqual({
      allowedHosts: ['*.corp.example', '10.1.0.0/16'],
      fileRoots: ['/srv/a', '/srv/b'],
    });
    expect(readPreviewReach({})).toEqual({ allowedHosts: undefined, fileRoots: [] });
  });

  test.each(['169.254.169.254', '0.0.0.0/0', 'a b', '2130706433'])('refuses %s', (entry) => {
    expect(() => readPreviewReach({ STUDIO_ALLOWED_HOSTS: entry })).toThrow('STUDIO_ALLOWED_HOSTS');
  });
});

describe('previewVariables', () => {
  test('passes no secret, key, state, proxy or option of Node', () => {
    const names = [
      'SECRET_A',
      'ADMIN_API_KEY',
      'DATABASE_URL',
      'MANAGED_SECRET_ENCRYPTION_KEY',
      'HTTPS_PROXY',
    ];
    const others = ['NODE_OPTIONS', 'GOOGLE_APPLICATION_CREDENTIALS', 'AWS_SECRET_ACCESS_KEY', 'PGPASSWORD'];
    const env = Object.fromEntries([...names, ...others, 'PATH'].map((name) => [name, 'x']));
    expect(previewVariables(env)).toEqual({ PATH: 'x' });
  });
});
