import { afterEach, describe, expect, test } from '@jest/globals';
import type { HttpSourceSpec } from '../../../src/definitions/connector/types.ts';
import { TokenEndpoint, type TokenOptions } from '../../stand-ins/rest/token-endpoint.ts';
import { json, raw } from '../../support/http/http-server.ts';
import { failureOf } from '../../support/databases/postgres-source.ts';
import { readAll } from '../../support/files/read-rows.ts';
import { listRest, numbered, PAGINATION, restSource } from '../../support/http/rest-source.ts';
import { RestServers } from '../../support/http/rest-servers.ts';

const servers = new RestServers();
afterEach(() => servers.close());

const SECRET = 'p+ss:w/rd %&canary';

describe('a secret', () => {
  test.each<
    [
      string,
      HttpSourceSpec['auth'],
      (headers: Readonly<Record<string, unknown>>, url: URL) => unknown,
      unknown,
    ]
  >([
    ['a bearer token, by default', undefined, (headers) => headers['authorization'], `Bearer ${SECRET}`],
    ['a bearer token', { type: 'bearer' }, (headers) => headers['authorization'], `Bearer ${SECRET}`],
    ['a key in the usual header', { type: 'api_key' }, (headers) => headers['x-api-key'], SECRET],
    ['a key in a header', { type: 'api_key', name: 'Api-Token' }, (headers) => headers['api-token'], SECRET],
    [
      'a key in the query',
      { type: 'api_key', in: 'query', name: 'key' },
      (_, url) => url.searchParams.getAll('key'),
      [SECRET],
    ],
    [
      'a password',
      { type: 'basic', username: 'sync' },
      (headers) => Buffer.from(String(headers['authorization']).slice(6), 'base64').toString(),
      `sync:${SECRET}`,
    ],
    [
      'a user and a password',
      { type: 'basic' },
      (headers) => Buffer.from(String(headers['authorization']).slice(6), 'base64').toString(),
      SECRET,
    ],
  ])('is sent as %s, on every page', async (_, auth, sent, expected) => {
    const server = await servers.start({ records: numbered(3), style: 'next_url', pageSize: 1 });
    const spec = { url: `${server.url}?space=ENG`, secretRef: 'kb', pagination: PAGINATION.next_url! };
    // As a file that was read into a variable.
    await listRest({ ...spec, ...(auth === undefined ? {} : { auth }) }, { secrets: { kb: `${SECRET}\n` } });
    expect(server.received.map(({ headers, url }) => sent(headers, new URL(url, server.origin)))).toEqual(
      Array(3).fill(expected),
    );
  });

  test.each([
    undefined,
    { type: 'api_key', in: 'query', name: 'key' },
    { type: 'basic', username: 'u' },
  ] as const)('is in no message and no log line, though the API repeats it: %j', async (auth) => {
    const echo = async (status: number) => {
      const server = await servers.answering((response, { url, headers }) => {
        json(status, { error: { url: decodeURIComponent(url), raw: url, headers } })(response, {
          url,
          headers,
          method: '',
          body: '',
        });
      });
      const spec = { url: `${server.url}/x`, secretRef: 'kb', ...(auth === undefined ? {} : { auth }) };
      const { source, lines } = restSource(spec, { secrets: { kb: SECRET } });
      const { message, hint } = await failureOf(() => readAll(source));
      return [message, hint, ...lines].join('\n');
    };
    for (const status of [200, 400, 401, 500]) {
      const shown = await echo(status);
      const traces = ['canary', 'w/rd', 'w%2Frd', Buffer.from(`u:${SECRET}`).toString('base64')];
      expect(traces.filter((trace) => shown.includes(trace))).toEqual([]);
      expect(shown).toContain('[redacted]');
    }
  });

  test('is not in the message about a circle of redirects that repeat it', async () => {
    const echoed = `/b?${new URLSearchParams({ key: SECRET }).toString()}&copy=${encodeURIComponent(SECRET)}`;
    const server = await servers.answering(raw(302, '', { location: echoed }));
    const spec = {
      url: server.url,
      secretRef: 'kb',
      auth: { type: 'api_key', in: 'query', name: 'key' },
    } as const;
    const { source, lines } = restSource(spec, { secrets: { kb: SECRET } });
    const error = await failureOf(() => readAll(source));
    expect(error).toMatchObject({
      code: 'SOURCE_REDIRECT',
      message: expect.stringContaining('copy=[redacted]'),
    });
    expect([error.message, ...lines].filter((text) => text.includes('canary'))).toEqual([]);
    expect(new URL(server.received.at(-1)?.url ?? '', server.url).searchParams.getAll('key')).toEqual([
      SECRET,
    ]);
  });

  test('is not in the checkpoint, though the API repeats it in the address of the next page', async () => {
    const server = await servers.start({ records: numbered(3), style: 'next_url', pageSize: 1 });
    const { end } = await listRest(
      {
        url: server.url,
        secretRef: 'kb',
        auth: { type: 'api_key', in: 'query', name: 'key' },
        pagination: PAGINATION.next_url!,
        resumable: true,
        pagesPerRun: 1,
      },
      { secrets: { kb: SECRET } },
    );
    expect(end.checkpoint).toContain('after=1');
    expect(end.checkpoint).not.toMatch(/canary|key=/);
  });

  test.each(['Straße1', 'pässwörd 🙂', 'пароль-1'])('goes as UTF-8 where it is encoded: %j', async (kb) => {
    const basic = await servers.answering(json(200, []));
    await listRest(
      { url: basic.url, secretRef: 'kb', auth: { type: 'basic', username: 'jürgen' } },
      { secrets: { kb } },
    );
    const sent = (basic.received[0]?.headers.authorization ?? '').replace('Basic ', '');
    expect(Buffer.from(sent, 'base64').toString('utf8')).toBe(`jürgen:${kb}`);
    const query = await servers.answering(json(200, []));
    await listRest(
      { url: query.url, secretRef: 'kb', auth: { type: 'api_key', in: 'query', name: 'key' } },
      { secrets: { kb } },
    );
    expect(new URL(query.received[0]?.url ?? '', query.url).searchParams.get('key')).toBe(kb);
  });

  test.each(['', ' \n', 'a\nb', 'naïve'])('that no header can carry is refused: %j', async (kb) => {
    const error = await failureOf(() =>
      listRest({ url: 'http://127.0.0.1:9/', secretRef: 'kb' }, { secrets: { kb } }),
    );
    expect(error).toMatchObject({
      code: 'SECRET_INVALID',
      message: expect.stringContaining('The secret kb'),
    });
    expect(error.message.replaceAll(/\s/g, '')).not.toContain(kb.trim() || 'nothing');
  });
});

describe('a token', () => {
  const CLIENT = { clientId: 'sync app', clientSecret: SECRET, method: 'client_secret_basic' } as const;

  async function protectedApi(
    options: Partial<TokenOptions> = {},
    oauth: Partial<NonNullable<HttpSourceSpec['oauth']>> = {},
  ) {
    const tokens = new TokenEndpoint({ ...CLIENT, ...options });
    const server = await servers.start({ records: numbered(4), style: 'cursor', pageSize: 1, tokens });
    let elapsed = 0;
    const made = restSource(
      {
        url: server.url,
        pagination: PAGINATION.cursor!,
        oauth: {
          grantType: 'client_credentials',
          tokenUrl: `${server.origin}/token`,
          clientId: CLIENT.clientId,
          clientSecretRef: 'client',
          clientAuthMethod: options.method ?? 'client_secret_basic',
          ...oauth,
        },
      },
      {
        secrets: { client: SECRET },
        clock: { now: () => new Date(0), elapsedMs: () => elapsed },
      },
    );
    const read = async () => (await readAll(made.source)).rows.map(({ id }) => id);
    return { tokens, server, read, ...made, pass: (seconds: number) => (elapsed += seconds * 1_000) };
  }

  test.each<[string, unknown, string, RegExp]>([
    [
      'with its description',
      { error: 'incorrect_client_credentials', error_description: 'The client_secret is\nincorrect.' },
      'SOURCE_AUTH_FAILED',
      /an error: incorrect_client_credentials: The client_secret is incorrect\./,
    ],
    [
      'by its name alone',
      { ok: false, error: 'invalid_auth' },
      'SOURCE_AUTH_FAILED',
      /an error: invalid_auth\./,
    ],
    ['that passes', { error: 'temporarily_unavailable' }, 'SOURCE_UNREACHABLE', /temporarily_unavailable/],
    ['that is not one', { error: null }, 'SOURCE_ANSWER_INVALID', /without an access_token/],
    [
      'beside an empty token',
      { access_token: '', error: 'invalid_client' },
      'SOURCE_AUTH_FAILED',
      /an error: invalid_client\./,
    ],
    [
      'in an object',
      { error: { type: 'OAuthException', message: 'Unknown client.', code: 101 } },
      'SOURCE_AUTH_FAILED',
      /an error: OAuthException: 101: Unknown client\./,
    ],
    [
      'in a list',
      { errors: [{ code: 'invalid_client', message: 'Unknown' }] },
      'SOURCE_AUTH_FAILED',
      /an error: invalid_client: Unknown\./,
    ],
    [
      'under a name of its own',
      { errorCode: 'E0000004', errorSummary: 'Authentication failed' },
      'SOURCE_AUTH_FAILED',
      /an error: E0000004: Authentication failed\./,
    ],
    [
      'by a code',
      { code: 99991, msg: 'app secret invalid' },
      'SOURCE_AUTH_FAILED',
      /99991: app secret invalid/,
    ],
    ['by a status', { status: 'fail', message: 'bad client' }, 'SOURCE_AUTH_FAILED', /an error: bad client/],
    ['without words', { success: false }, 'SOURCE_AUTH_FAILED', /with success and an error\./],
    [
      'that says ok',
      { code: 0, msg: 'ok', data: { token: 'xyz1' } },
      'SOURCE_ANSWER_INVALID',
      /without an access/,
    ],
    ['beyond its description', { error: 'x', state: 'tok-1' }, 'SOURCE_AUTH_FAILED', /an error: x\.$/],
  ])('is refused with a success and an error %s', async (_, body, code, message) => {
    const server = await servers.answering(json(200, body));
    const oauth = {
      grantType: 'client_credentials',
      tokenUrl: `${server.url}/token`,
      clientId: 'cid',
      clientSecretRef: 'client',
    } as const;
    const error = await failureOf(() =>
      listRest({ url: server.url, oauth }, { secrets: { client: SECRET } }),
    );
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
  });

  test.each<[string, string, string, string | undefined]>([
    [
      'an error',
      'error=incorrect_client_credentials&error_description=The+secret+is+wrong',
      'incorrect_client_credentials: The secret is wrong',
      'SOURCE_AUTH_FAILED',
    ],
    ['a page', '<a href="?error=x">log in</a>', 'without an access_token', 'SOURCE_ANSWER_INVALID'],
  ])('is refused with a success and %s as a form', async (_, body, message, code) => {
    const server = await servers.answering((response) => response.end(body));
    const oauth = {
      grantType: 'client_credentials',
      tokenUrl: `${server.url}/token`,
      clientId: 'cid',
      clientSecretRef: 'client',
    } as const;
    const error = await failureOf(() =>
      listRest({ url: server.url, oauth }, { secrets: { client: SECRET } }),
    );
    expect(error).toMatchObject({ code, message: expect.stringContaining(message) });
  });

  test('has a client secret of any text', async () => {
    const server = await servers.answering(json(200, { access_token: 't' }), json(200, []));
    const oauth = {
      grantType: 'client_credentials',
      tokenUrl: `${server.url}/token`,
      clientId: 'cid',
      clientSecretRef: 'client',
      clientAuthMethod: 'client_secret_post',
    } as const;
    await listRest({ url: server.url, oauth }, { secrets: { client: 'Straße & Söhne' } });
    expect(new URLSearchParams(server.received[0]?.body).get('client_secret')).toBe('Straße & Söhne');
  });

  test.each(['client_secret_basic', 'client_secret_post'] as const)(
    'is fetched once, by %s',
    async (method) => {
      const { read, tokens } = await protectedApi(
        { method, expiresIn: 3600 },
        { scopes: ['a', 'b'], audience: 'kb' },
      );
      expect(await read()).toEqual(['1', '2', '3', '4']);
      expect(tokens.asked).toHaveLength(1);
      expect(tokens.asked[0]).toMatchObject({
        grant_type: 'client_credentials',
        scope: 'a b',
        audience: 'kb',
      });
      expect('client_secret' in tokens.asked[0]!).toBe(method === 'client_secret_post');
    },
  );

  test.each([undefined, 0, -1, 'soon', '', null, {}])(
    'is used as long as it is taken, when expires_in is %j',
    async (expiresIn) => {
      const { read, tokens } = await protectedApi({ expiresIn });
      expect(await read()).toEqual(['1', '2', '3', '4']);
      expect(tokens.asked).toHaveLength(1);
    },
  );

  test.each([
    [600, 530, 550],
    ['600', 530, 550],
    // Half of its life, for the skew would be longer than all of it.
    [20, 8, 12],
  ])('that expires in %j seconds is used for %i, and replaced after %i', async (expiresIn, fresh, stale) => {
    const { tokens, server, read, pass } = await protectedApi({ expiresIn });
    server.faults.push(
      undefined,
      (response) => {
        pass(fresh);
        json(503, {})(response, { method: '', url: '', headers: {}, body: '' });
      },
      undefined,
      (response) => {
        pass(stale - fresh);
        json(503, {})(response, { method: '', url: '', headers: {}, body: '' });
      },
    );
    expect(await read()).toEqual(['1', '2', '3', '4']);
    expect(tokens.asked).toHaveLength(2);
  });

  test('that is withdrawn before its time is replaced, once for each page', async () => {
    const { tokens, server, read } = await protectedApi({ expiresIn: 3600 });
    const withdrawn = () => {
      tokens.withdraw();
      return undefined;
    };
    server.faults.push(undefined, (response, request) => {
      withdrawn();
      json(401, {})(response, request);
    });
    expect(await read()).toEqual(['1', '2', '3', '4']);
    expect(tokens.asked).toHaveLength(2);
  });

  test('that is new and refused for ever is an error, and not asked for again and again', async () => {
    const { tokens, server, source } = await protectedApi({ expiresIn: 3600 });
    server.faults.push(...Array<ReturnType<typeof json>>(50).fill(json(401, { message: 'no' })));
    expect(await failureOf(() => readAll(source))).toMatchObject({ code: 'SOURCE_AUTH_FAILED', exit: 77 });
    expect(tokens.asked).toHaveLength(2);
    expect(server.received).toHaveLength(2);
  });

  test('that the provider refuses to give is an error without the secret', async () => {
    const { source } = await protectedApi({ clientSecret: 'another' });
    const error = await failureOf(() => readAll(source));
    expect(error).toMatchObject({
      code: 'SOURCE_AUTH_FAILED',
      message: expect.stringMatching(/was not sent, because POST .*\/token was answered 401 .*Who are you\?/),
      hint: expect.stringContaining('clientSecretRef'),
    });
    expect(error.message).not.toContain('canary');
  });

  test.each<[string, ReturnType<typeof json>, string, number]>([
    ['a page of HTML', raw(200, '<html>'), 'SOURCE_ANSWER_INVALID', 1],
    ['another name for it', json(200, { token: 'secret-token' }), 'SOURCE_ANSWER_INVALID', 1],
    ['one that no header can carry', json(200, { access_token: 'a\nb' }), 'SOURCE_ANSWER_INVALID', 1],
    ['a failure', json(503, {}), 'SOURCE_UNREACHABLE', 3],
    ['a redirect', raw(302, '', { location: '/elsewhere' }), 'SOURCE_ANSWER_INVALID', 1],
  ])('is not to be had from a provider that answers %s', async (_, reply, code, times) => {
    const provider = await servers.answering(reply);
    const { source, server } = await protectedApi({}, { tokenUrl: `${provider.url}/token` });
    const error = await failureOf(() => readAll(source));
    expect(error).toMatchObject({ code });
    expect(error.message).not.toContain('secret-token');
    expect(provider.received).toHaveLength(times);
    expect(server.received).toEqual([]);
  });

  test('may come with an API key beside it', async () => {
    const tokens = new TokenEndpoint(CLIENT);
    const server = await servers.start({ records: numbered(1), style: 'whole', tokens });
    const oauth = {
      grantType: 'client_credentials',
      tokenUrl: `${server.origin}/token`,
      clientId: CLIENT.clientId,
      clientSecretRef: 'client',
    } as const;
    await listRest(
      { url: server.url, oauth, secretRef: 'kb', auth: { type: 'api_key' } },
      { secrets: { client: SECRET, kb: 'key-1' } },
    );
    expect(server.received[0]?.headers).toMatchObject({
      authorization: 'Bearer token-1',
      'x-api-key': 'key-1',
    });
  });
});
