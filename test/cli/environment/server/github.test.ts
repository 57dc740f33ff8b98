import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { readEnvironment } from '../../../../src/cli/environment/environment.ts';
import { readGithub } from '../../../../src/cli/environment/server/github.ts';
import { runVariables } from '../../../../src/cli/environment/run-variables.ts';
import { createCertificates } from '../../../support/http/certificates.ts';
import { temporaryFolders } from '../../../support/files/temporary-folder.ts';

const NO_PROXY = { http: undefined, https: undefined, except: undefined };
const TOKEN = { GITHUB_REPO: 'acme/connectors', GITHUB_TOKEN: 'ghp_abcdefghijklmnop' };
const folders = temporaryFolders();
const folder = folders.make();
const fileWith = (name: string, text: string) => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const { privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
});
const key = fileWith('key.pem', privateKey);
const text = fileWith('text.pem', 'no key');
const APP = {
  GITHUB_REPO: 'acme/connectors',
  GITHUB_APP_ID: '7',
  GITHUB_APP_INSTALLATION_ID: '99',
  GITHUB_APP_PRIVATE_KEY_FILE: key,
};

afterAll(() => {
  folders.removeAll();
});

describe('the settings of GitHub', () => {
  test('are missing without a repository or without credentials', () => {
    const { GITHUB_TOKEN, GITHUB_REPO } = TOKEN;
    for (const env of [{}, { GITHUB_TOKEN }, { GITHUB_REPO }, { GITHUB_REPO, GITHUB_TOKEN: '' }])
      expect(readGithub(env, NO_PROXY)).toBeUndefined();
  });

  test('are read, for a token and for an app', () => {
    expect(readGithub(TOKEN, NO_PROXY)).toEqual({
      apiUrl: 'https://api.github.com',
      owner: 'acme',
      name: 'connectors',
      baseBranch: undefined,
      credentials: { kind: 'token', token: 'ghp_abcdefghijklmnop' },
      ca: undefined,
      proxy: NO_PROXY,
    });
    const { authority } = createCertificates();
    const more = {
      GITHUB_API_URL: 'https://git.example.com/api/v3/',
      GITHUB_BASE_BRANCH: 'release/2026',
      GITHUB_CA_FILE: fileWith('ca.pem', authority),
    };
    expect(readGithub({ ...APP, ...more }, NO_PROXY)).toMatchObject({
      apiUrl: 'https://git.example.com/api/v3',
      baseBranch: 'release/2026',
      ca: authority,
      credentials: { kind: 'app', appId: '7', installationId: '99', privateKey },
    });
  });

  test.each<[string, Record<string, string>]>([
    ['GITHUB_REPO', { ...TOKEN, GITHUB_REPO: 'https://github.com/acme/connectors' }],
    ['GITHUB_REPO', { ...TOKEN, GITHUB_REPO: 'acme/..' }],
    ['GITHUB_TOKEN', { ...TOKEN, GITHUB_TOKEN: 'ghp abc' }],
    ['GITHUB_TOKEN', { ...TOKEN, ...APP }],
    ['GITHUB_API_URL', { ...TOKEN, GITHUB_API_URL: 'http://git.example.com' }],
    ['GITHUB_API_URL', { ...TOKEN, GITHUB_API_URL: 'https://github.com' }],
    ['GITHUB_BASE_BRANCH', { ...TOKEN, GITHUB_BASE_BRANCH: 'a..b' }],
    ['GITHUB_BASE_BRANCH', { ...TOKEN, GITHUB_BASE_BRANCH: 'main.lock' }],
    ['GITHUB_CA_FILE', { ...TOKEN, GITHUB_CA_FILE: '/none.pem' }],
    ['GITHUB_CA_FILE', { ...TOKEN, GITHUB_CA_FILE: text }],
    ['GITHUB_APP_INSTALLATION_ID', { GITHUB_REPO: 'a/b', GITHUB_APP_ID: '7' }],
    ['GITHUB_APP_INSTALLATION_ID', { ...APP, GITHUB_APP_INSTALLATION_ID: 'x' }],
    ['GITHUB_APP_PRIVATE_KEY_FILE', { ...APP, GITHUB_APP_PRIVATE_KEY_FILE: text }],
  ])('are refused with the name of %s when they are %j', (name, env) => {
    expect(() => readGithub(env, NO_PROXY)).toThrow(
      expect.objectContaining({ code: 'ENVIRONMENT_INVALID', message: expect.stringContaining(name) }),
    );
  });

  test('are secret in every message, and no run gets them', () => {
    const env = readEnvironment({ ...TOKEN });
    expect(env.redactor.redact(`x ${TOKEN.GITHUB_TOKEN} y`)).not.toContain(TOKEN.GITHUB_TOKEN);
    const app = readEnvironment({ ...APP });
    app.github();
    expect(app.redactor.redact(privateKey)).not.toContain(privateKey.split('\n')[1]);
    expect(runVariables({ ...TOKEN, ...APP, PATH: '/bin' }, [])).toEqual({ PATH: '/bin' });
  });
});
