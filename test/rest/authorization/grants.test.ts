import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { OAuthSpec } from '../../../src/definitions/rest/types.ts';
import { failureOf } from '../../support/databases/postgres-source.ts';
import { readAll } from '../../support/files/read-rows.ts';
import { json, raw, type Reply, type TestServer } from '../../support/http/http-server.ts';
import { restSource } from '../../support/http/rest-source.ts';
import { RestServers } from '../../support/http/rest-servers.ts';

const servers = new RestServers();
afterEach(() => servers.close());

const RSA = generateKeyPairSync('rsa', { modulusLength: 2048 });
const EC = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
const pem = ({ privateKey }: typeof RSA) => String(privateKey.export({ type: 'pkcs8', format: 'pem' }));
const ACCOUNT = {
  type: 'service_account',
  private_key_id: 'kid-1',
  private_key: pem(RSA),
  client_email: 'sync@project.iam.gserviceaccount.com',
  token_uri: 'https://oauth2.googleapis.com/token',
};

/** Issues `token-1`, `token-2`, … and accepts the newest one only. */
async function provider(members: (count: number) => object = () => ({}), refuse?: Reply) {
  const forms: URLSearchParams[] = [];
  const server: TestServer = await servers.answering((response, request) => {
    if (request.url.startsWith('/token')) {
      forms.push(new URLSearchParams(request.body));
      const answer = { access_token: `token-${forms.length}`, ...members(forms.length) };
      (refuse ?? json(200, answer))(response, request);
      return;
    }
    const isKnown = request.headers.authorization === `Bearer token-${forms.length}`;
    json(isKnown ? 200 : 401, isKnown ? [{ id: 1, name: 'x' }] : {})(response, request);
  });
  const open = (oauth: Omit<OAuthSpec, 'tokenUrl'>, secrets: Readonly<Record<string, string>> = {}) =>
    restSource({ url: server.url, oauth: { tokenUrl: `${server.url}/token`, ...oauth } }, { secrets });
  return { server, forms, open };
}

function claimsOf(assertion: string, publicKey: typeof RSA.publicKey) {
  const [head = '', body = '', signature = ''] = assertion.split('.');
  const isValid = verify(
    'sha256',
    Buffer.from(`${head}.${body}`),
    { key: createPublicKey(publicKey.export({ type: 'spki', format: 'pem' })), dsaEncoding: 'ieee-p1363' },
    Buffer.from(signature, 'base64url'),
  );
  const parsed = (part: string): unknown => JSON.parse(Buffer.from(part, 'base64url').toString());
  return { isValid, header: parsed(head), claims: parsed(body) };
}

describe('the grant jwt_bearer', () => {
  test('signs as a Google service account, with its key file, and names a subject only if it is set', async () => {
    const { forms, open, server } = await provider();
    const oauth = { grantType: 'jwt_bearer', privateKeyRef: 'key', scopes: ['a', 'b'] } as const;
    await readAll(open(oauth, { key: JSON.stringify(ACCOUNT) }).source);
    expect(forms[0]?.get('grant_type')).toBe('urn:ietf:params:oauth:grant-type:jwt-bearer');
    const { isValid, header, claims } = claimsOf(forms[0]?.get('assertion') ?? '', RSA.publicKey);
    expect(isValid).toBe(true);
    expect(header).toEqual({ alg: 'RS256', typ: 'JWT', kid: 'kid-1' });
    const seconds = Date.parse('2026-11-20T12:00:00Z') / 1_000;
    expect(claims).toEqual({
      iss: ACCOUNT.client_email,
      aud: `${server.url}/token`,
      scope: 'a b',
      iat: seconds,
      exp: seconds + 180,
      jti: expect.any(String),
    });
    await readAll(open({ ...oauth, subject: 'user@example.com' }, { key: JSON.stringify(ACCOUNT) }).source);
    expect(claimsOf(forms[1]?.get('assertion') ?? '', RSA.publicKey).claims).toMatchObject({
      sub: 'user@example.com',
    });
  });

  test('signs ES256 with a key in PEM whose line breaks are escaped, as another provider expects it', async () => {
    const { forms, open } = await provider();
    const oauth = {
      grantType: 'jwt_bearer',
      privateKeyRef: 'key',
      clientId: 'consumer',
      assertionAudience: 'https://login.example.com',
      keyId: 'k2',
    } as const;
    await readAll(open(oauth, { key: pem(EC).replaceAll('\n', String.raw`\n`) }).source);
    const { isValid, header, claims } = claimsOf(forms[0]?.get('assertion') ?? '', EC.publicKey);
    expect(isValid).toBe(true);
    expect(header).toEqual({ alg: 'ES256', typ: 'JWT', kid: 'k2' });
    expect(claims).toMatchObject({ iss: 'consumer', sub: 'consumer', aud: 'https://login.example.com' });
    expect([...(forms[0]?.keys() ?? [])]).toEqual(['grant_type', 'assertion']);
  });

  test.each([
    ['not a key', /is not a private key in PEM/],
    ['{"private_key":"x"}', /not the key file of a Google service account/],
    [
      String(generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' })),
      /neither RS256/,
    ],
    [
      String(
        EC.privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'canary' }),
      ),
      /with a passphrase/,
    ],
  ])('refuses a secret that is no usable key, without showing it: %#', async (key, message) => {
    const { open } = await provider();
    const { source } = open({ grantType: 'jwt_bearer', privateKeyRef: 'key', issuer: 'i' }, { key });
    const error = await failureOf(() => readAll(source));
    expect(error).toMatchObject({ code: 'SECRET_INVALID', message: expect.stringMatching(message) });
    expect(error.message).not.toContain(key.split('\n')[1] ?? key);
  });

  test('asks for an issuer where the secret is only a key', async () => {
    const { open } = await provider();
    const { source } = open({ grantType: 'jwt_bearer', privateKeyRef: 'key' }, { key: pem(EC) });
    expect(await failureOf(() => readAll(source))).toMatchObject({
      code: 'CONNECTOR_INVALID',
      message: expect.stringContaining('source.oauth.issuer'),
    });
  });
});

describe('the grant refresh_token', () => {
  const HUBSPOT = {
    grantType: 'refresh_token',
    clientId: 'app',
    clientSecretRef: 'client',
    clientAuthMethod: 'client_secret_post',
    refreshTokenRef: 'refresh',
  } as const;
  const SECRETS = { client: 'client-canary', refresh: 'refresh-canary' };

  test('sends the stored token and the client, as HubSpot requires', async () => {
    const { forms, open } = await provider(() => ({ refresh_token: 'refresh-canary' }));
    const { source, lines } = open(HUBSPOT, SECRETS);
    await readAll(source);
    expect(Object.fromEntries(forms[0] ?? [])).toEqual({
      grant_type: 'refresh_token',
      refresh_token: 'refresh-canary',
      client_id: 'app',
      client_secret: 'client-canary',
    });
    expect(lines.filter((line) => line.includes('refresh'))).toEqual([]);
  });

  test('uses a token that replaces the first one for the rest of the process, and warns once', async () => {
    const { forms, open } = await provider((count) => ({ refresh_token: `next-canary-${count}` }));
    const { source, lines } = open({ grantType: 'refresh_token', refreshTokenRef: 'refresh' }, SECRETS);
    await readAll(source);
    await readAll(source);
    await readAll(source);
    const sent = forms.map((form) => form.get('refresh_token'));
    expect(sent).toEqual(['refresh-canary', 'next-canary-1', 'next-canary-2']);
    expect(lines.filter((line) => line.includes('issued a new refresh token'))).toHaveLength(1);
    expect(lines.join('\n')).not.toContain('canary');
  });
});

describe('a token request', () => {
  test('has the user and the resource for the grant password, and only the id of a public client (ADFS)', async () => {
    const { forms, open, server } = await provider();
    const adfs = {
      grantType: 'password',
      clientId: 'public-client',
      username: 'CORP\\sync',
      passwordRef: 'password',
      parameters: { resource: 'https://api.example.com' },
    } as const;
    await readAll(open(adfs, { password: 'pä&ss' }).source);
    expect(Object.fromEntries(forms[0] ?? [])).toEqual({
      grant_type: 'password',
      username: 'CORP\\sync',
      password: 'pä&ss',
      client_id: 'public-client',
      resource: 'https://api.example.com',
    });
    expect(server.received[0]?.headers.authorization).toBeUndefined();
  });

  test('has a grant type of the provider from parameters (Zoom)', async () => {
    const { forms, open, server } = await provider();
    const zoom = {
      grantType: 'client_credentials',
      clientId: 'zoom',
      clientSecretRef: 'client',
      parameters: { grant_type: 'account_credentials', account_id: 'acc-1' },
    } as const;
    await readAll(open(zoom, { client: 's3' }).source);
    expect(Object.fromEntries(forms[0] ?? [])).toEqual({
      grant_type: 'account_credentials',
      account_id: 'acc-1',
    });
    expect(server.received[0]?.headers.authorization).toBe(
      `Basic ${Buffer.from('zoom:s3').toString('base64')}`,
    );
  });

  const GRANTS: readonly Omit<OAuthSpec, 'tokenUrl'>[] = [
    { grantType: 'refresh_token', refreshTokenRef: 'secret' },
    { grantType: 'password', username: 'u', passwordRef: 'secret' },
    { grantType: 'jwt_bearer', issuer: 'i', privateKeyRef: 'key' },
  ];
  const LIES: readonly (readonly [string, Reply, string])[] = [
    ['an error with a success', json(200, { error: 'invalid_grant' }), 'SOURCE_AUTH_FAILED'],
    ['an error', json(400, { error: 'invalid_grant' }), 'SOURCE_AUTH_FAILED'],
    ['a page of HTML', raw(200, '<html>log in</html>'), 'SOURCE_ANSWER_INVALID'],
    ['no token', json(200, { token: 'other-canary' }), 'SOURCE_ANSWER_INVALID'],
  ];
  test.each(LIES.flatMap((lie) => GRANTS.map((grant) => [grant.grantType, ...lie, grant] as const)))(
    'of the grant %s that is answered with %s names what to correct, and no secret',
    async (_, __, refuse, code, grant) => {
      const { open, server } = await provider(undefined, refuse);
      const { source, lines } = open(grant, { secret: 'secret-canary', key: pem(EC) });
      const error = await failureOf(() => readAll(source));
      expect(error).toMatchObject({ code, message: expect.stringContaining(`POST ${server.url}/token`) });
      const ref = Object.keys(grant).find((key) => key.endsWith('Ref')) ?? '';
      const corrected = code === 'SOURCE_AUTH_FAILED' ? ref : 'source.oauth.tokenUrl';
      expect(error).toMatchObject({ hint: expect.stringContaining(corrected) });
      expect([error.message, ...lines].join('\n')).not.toContain('canary');
      expect(server.received).toHaveLength(1);
    },
  );
});
