import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createLogger, jsonFormat } from '../../src/core/log.ts';
import { openApi, type ApiRequest } from '../../src/gemini/api/api.ts';
import { ALWAYS_HELD } from '../support/pipeline/always-held.ts';
import { createCertificates } from '../support/http/certificates.ts';
import {
  drop,
  json,
  raw,
  refusal,
  startServer,
  type Reply,
  type TestServer,
} from '../support/http/http-server.ts';
import { startHttp, startHttps } from '../support/http/local-server.ts';
import { startScript } from '../support/processes/run-script.ts';
import { temporaryFolders } from '../support/files/temporary-folder.ts';

const GET: ApiRequest = { method: 'GET', path: 'projects/p/operations/1', quota: 'reads', repeatable: true };
const OK = json(200, { done: true });
const UNAUTHENTICATED = refusal(401, 'UNAUTHENTICATED', 'Request had invalid authentication credentials.');
const never = new AbortController().signal;

const folders = temporaryFolders();
const servers: TestServer[] = [];
const outside = process.env;

beforeEach(() => {
  process.env = { PATH: outside['PATH'], HOME: folders.make() };
});
afterEach(async () => {
  process.env = outside;
  folders.removeAll();
  for (const server of servers.splice(0)) await server.close();
});

/** Gives out `token-1`, `token-2` and so on. */
function tokens(): Reply {
  let given = 0;
  return (response, request) => {
    const answer = { access_token: `token-${++given}`, token_type: 'Bearer', expires_in: 3600 };
    json(200, { ...answer, issued_token_type: 'urn:ietf:params:oauth:token-type:access_token' })(
      response,
      request,
    );
  };
}

/** An API that needs credentials, which are a workload identity's: tokens come from `tokenReplies`. */
async function setUp(tokenReplies: readonly Reply[], ...replies: readonly Reply[]) {
  const [tokenServer, server] = [await startServer(...tokenReplies), await startServer(...replies)];
  servers.push(tokenServer, server);
  const folder = folders.make();
  writeFileSync(join(folder, 'subject'), 'subject-token');
  useKeyFile(
    JSON.stringify({
      type: 'external_account',
      audience: '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/a/providers/b',
      subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
      token_url: `${tokenServer.url}/token`,
      credential_source: { file: join(folder, 'subject') },
      quota_project_id: 'billing-project',
    }),
  );
  return { tokenServer, server, ...(await apiAt(server.url)) };
}

function useKeyFile(content: string): void {
  const file = join(folders.make(), 'credentials.json');
  writeFileSync(file, content);
  process.env['GOOGLE_APPLICATION_CREDENTIALS'] = file;
}

/** As if the server were not on this machine. */
async function apiAt(url: string, retries = 2) {
  const lines: string[] = [];
  const waits: number[] = [];
  const api = await openApi({
    location: 'global',
    projectId: 'my-project',
    endpoint: { url, loopback: false },
    retry: { retries, backoffSeconds: 0 },
    leases: ALWAYS_HELD,
    log: createLogger({
      write: (line) => lines.push(line),
      level: 'debug',
      format: jsonFormat,
      now: () => new Date(),
      redact: (line) => line,
    }),
    wait: (ms) => {
      waits.push(ms);
      return Promise.resolve();
    },
  });
  const errorOf = (request: ApiRequest) => api.request(request, never).catch((error: unknown) => error);
  return { api, errorOf, lines, waits };
}

const authorizations = ({ received }: TestServer) => received.map(({ headers }) => headers.authorization);

describe('a request that needs credentials', () => {
  test('carries a token for all of Google Cloud and the quota project, and keeps the token', async () => {
    const { api, server, tokenServer } = await setUp([tokens()], OK);
    await expect(api.request(GET, never)).resolves.toEqual({ done: true });
    await api.request(GET, never);
    expect(authorizations(server)).toEqual(['Bearer token-1', 'Bearer token-1']);
    expect(server.received[0]?.headers['x-goog-user-project']).toBe('billing-project');
    expect(tokenServer.received).toHaveLength(1);
    const asked = new URLSearchParams(tokenServer.received[0]?.body);
    expect(asked.get('scope')).toBe('https://www.googleapis.com/auth/cloud-platform');
    expect(asked.get('subject_token')).toBe('subject-token');
  });

  test('is sent again with a new token when the first is refused, which does not count as a retry', async () => {
    const { api, server, waits } = await setUp([tokens()], UNAUTHENTICATED, OK);
    const request = { ...GET, method: 'POST', body: { a: 1 }, repeatable: false } as const;
    await expect(api.request(request, never)).resolves.toEqual({ done: true });
    expect(authorizations(server)).toEqual(['Bearer token-1', 'Bearer token-2']);
    expect(server.received[1]?.body).toBe('{"a":1}');
    expect(waits).toEqual([]);
  });

  test('shares one new token with others that were refused at the same time', async () => {
    const refuseFirst: Reply = (response, request) => {
      const reply = request.headers.authorization === 'Bearer token-1' ? UNAUTHENTICATED : OK;
      reply(response, request);
    };
    const { api, tokenServer, server } = await setUp([tokens()], OK, refuseFirst);
    await api.request(GET, never);
    await Promise.all([1, 2, 3].map(() => api.request(GET, never)));
    expect(authorizations(server).filter((token) => token === 'Bearer token-1')).toHaveLength(4);
    expect(tokenServer.received).toHaveLength(2);
  });

  test('fails when the new token is refused too, and says how to get credentials', async () => {
    const { errorOf, server, waits } = await setUp([tokens()], UNAUTHENTICATED);
    expect(await errorOf(GET)).toMatchObject({
      code: 'GEMINI_CREDENTIALS',
      message: expect.stringContaining('401 UNAUTHENTICATED'),
      hint: expect.stringContaining('gcloud auth application-default login'),
    });
    expect(server.received).toHaveLength(2);
    expect(waits).toEqual([]);
  });

  test('never shows its token, not even when the server repeats it', async () => {
    const echo: Reply = (response, request) => {
      refusal(400, 'INVALID_ARGUMENT', `You sent ${request.headers.authorization ?? ''}.`)(response, request);
    };
    const { errorOf, lines, server } = await setUp([tokens()], UNAUTHENTICATED, drop, echo);
    const error = await errorOf(GET);
    expect(authorizations(server)).toEqual(['Bearer token-1', 'Bearer token-2', 'Bearer token-2']);
    expect(error).toMatchObject({ message: expect.stringContaining('You sent Bearer [redacted]') });
    expect(JSON.stringify(error) + String(error) + lines.join('')).not.toMatch(/token-\d/);
  });
});

describe('a token that cannot be got', () => {
  test('for a while is waited for, also by a request that may not be repeated', async () => {
    // The library itself tries twice more when a connection breaks.
    const { api, server, waits } = await setUp([drop, drop, drop, tokens()], OK);
    await expect(api.request({ ...GET, repeatable: false }, never)).resolves.toEqual({ done: true });
    expect(waits).toHaveLength(1);
    expect(server.received).toHaveLength(1);
  });

  test('because its server fails can be tried again later', async () => {
    const { server } = await setUp([raw(503, 'busy')], OK);
    const { errorOf, waits } = await apiAt(server.url, 1);
    expect(await errorOf(GET)).toMatchObject({
      code: 'GEMINI_UNREACHABLE',
      message: expect.stringMatching(/no access token could be fetched: .* after 2 attempts/),
    });
    expect(waits).toHaveLength(1);
    expect(server.received).toEqual([]);
  });

  test('because it is refused is a matter of credentials', async () => {
    const refused = json(400, {
      error: 'invalid_grant',
      error_description: 'The subject token has expired.',
    });
    const { errorOf, server, waits } = await setUp([refused], OK);
    expect(await errorOf(GET)).toMatchObject({
      code: 'GEMINI_CREDENTIALS',
      message: expect.stringContaining('The subject token has expired.'),
    });
    expect(waits).toEqual([]);
    expect(server.received).toEqual([]);
  });

  test('because the key file is not JSON shows nothing of the file', async () => {
    useKeyFile('-----BEGIN PRIVATE KEY-----');
    const { errorOf } = await apiAt('http://127.0.0.1:1');
    const error = await errorOf(GET);
    expect(error).toMatchObject({
      code: 'GEMINI_CREDENTIALS',
      message: expect.stringContaining('is not JSON'),
    });
    expect(String(error)).not.toContain('BEGIN');
  });

  test('because the key file is missing names the file', async () => {
    process.env['GOOGLE_APPLICATION_CREDENTIALS'] = '/no-such-file.json';
    const { errorOf } = await apiAt('http://127.0.0.1:1');
    expect(await errorOf(GET)).toMatchObject({
      code: 'GEMINI_CREDENTIALS',
      message: expect.stringContaining('/no-such-file.json'),
    });
  });

  test('for lack of any credentials lists their possible sources', async () => {
    const metadata = await startServer(raw(404, ''));
    servers.push(metadata);
    // Also where the tests run on a machine of Google's.
    process.env['GCE_METADATA_HOST'] = metadata.url.replace('http://', '');
    process.env['METADATA_SERVER_DETECTION'] = 'none';
    const { errorOf } = await apiAt('http://127.0.0.1:1');
    expect(await errorOf(GET)).toMatchObject({
      code: 'GEMINI_CREDENTIALS',
      message: expect.stringContaining('and no metadata server of Google Cloud answers.'),
      hint: expect.stringContaining('GOOGLE_APPLICATION_CREDENTIALS'),
    });
  });
});

describe('Google’s own address', () => {
  const NAMES = ['oauth2.googleapis.com', 'discoveryengine.googleapis.com'];

  /** Starts a server in Google's place and a proxy to it, and sends one request from a process of its own. */
  async function runBehindProxy(env: (proxy: string, authority: string) => Record<string, string>) {
    const certificates = createCertificates(NAMES);
    const received: { host: string; url: string; authorization: string; body: string }[] = [];
    const google = await startHttps(certificates, (request, response) => {
      void text(request).then((body) => {
        const { host = '', authorization = '' } = request.headers;
        received.push({ host, url: request.url ?? '', authorization, body });
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify({ access_token: 'token-1', expires_in: 3600, done: true }));
      });
    });
    const proxied: string[] = [];
    const proxy = await startHttp(undefined, (server) =>
      server.on('connect', (request, client) => {
        proxied.push(request.url ?? '');
        const upstream = connect(google.port, '127.0.0.1', () => {
          client.write('HTTP/1.1 200 OK\r\n\r\n');
          upstream.pipe(client).pipe(upstream);
        });
        upstream.on('error', () => client.destroy());
        client.on('error', () => upstream.destroy());
      }),
    );
    const folder = folders.make();
    const keyFile = join(folder, 'key.json');
    const authorityFile = join(folder, 'authority.pem');
    writeFileSync(authorityFile, certificates.authority);
    const { privateKey } = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    });
    const account = { type: 'service_account', client_email: 'bridge@example.com', private_key: privateKey };
    writeFileSync(keyFile, JSON.stringify(account));
    const { stdout } = await startScript('test/support/http/api-child.ts', folder, {
      GOOGLE_APPLICATION_CREDENTIALS: keyFile,
      NO_PROXY: '',
      ...env(proxy.origin, authorityFile),
    });
    await Promise.all([google.close(), proxy.close()]);
    return { stdout, received, proxied };
  }

  test('is reached through HTTPS_PROXY, with the token of a service account', async () => {
    const { stdout, received, proxied } = await runBehindProxy((proxy, authority) => ({
      HTTPS_PROXY: proxy,
      NODE_EXTRA_CA_CERTS: authority,
    }));
    expect(stdout).toContain('{"answer":{"access_token":"token-1"');
    expect(proxied).toEqual(NAMES.map((name) => `${name}:443`));
    const [token, request] = received;
    expect(new URLSearchParams(token?.body).get('grant_type')).toContain('jwt-bearer');
    expect(request).toMatchObject({
      host: 'discoveryengine.googleapis.com',
      url: '/v1/projects/p/operations/1',
      authorization: 'Bearer token-1',
    });
  });

  test('is not asked when a proxy shows a certificate that is not trusted', async () => {
    const { stdout, received } = await runBehindProxy((proxy) => ({ HTTPS_PROXY: proxy }));
    expect(stdout).toContain('"code":"GEMINI_UNREACHABLE"');
    expect(stdout).toContain('NODE_EXTRA_CA_CERTS');
    expect(received).toEqual([]);
  });
});
