import { afterEach, describe, expect, test } from '@jest/globals';
import type { LoginSpec } from '../../../src/definitions/rest/types.ts';
import { failureOf } from '../../support/databases/postgres-source.ts';
import { readAll } from '../../support/files/read-rows.ts';
import { json, raw, type Reply } from '../../support/http/http-server.ts';
import { restSource } from '../../support/http/rest-source.ts';
import { RestServers } from '../../support/http/rest-servers.ts';

const servers = new RestServers();
afterEach(() => servers.close());

const PASSWORD = 'pass-canary-1';

/** An API with two pages, whose sessions end with `expire`. */
async function api(login: Partial<LoginSpec>, loggedIn: (count: number) => Reply, header: string) {
  let logins = 0;
  let isValid = false;
  const server = await servers.answering((response, request) => {
    const { url, headers } = request;
    if (url.startsWith('/login')) {
      logins += 1;
      isValid = true;
      loggedIn(logins)(response, request);
      return;
    }
    const isKnown = isValid && String(headers[header]).includes(`session-canary-${logins}`);
    if (!isKnown) {
      json(401, {})(response, request);
      return;
    }
    if (url === '/?page=1') isValid = logins > 1;
    json(200, url === '/?page=1' || url === '/?page=2' ? [{ id: url.slice(-1), name: 'x' }] : [])(
      response,
      request,
    );
  });
  const made = restSource(
    {
      url: `${server.url}/`,
      pagination: { type: 'page' },
      login: { url: `${server.url}/login`, username: 'sync', secretRef: 'password', ...login },
    },
    { secrets: { password: `${PASSWORD}\n` } },
  );
  return { server, ...made };
}

describe('a session', () => {
  test('whose token expires in the middle of a listing is renewed once, and the listing is whole', async () => {
    const { server, source, lines } = await api(
      { tokenPath: 'data.token', header: 'X-Auth-Token' },
      (count) => json(200, { data: { token: `session-canary-${count}` } }),
      'x-auth-token',
    );
    const { rows, end } = await readAll(source);
    expect(rows.map(({ id }) => id)).toEqual(['"1"', '"2"']);
    expect(end.truncated).toBe(false);
    const logins = server.received.filter(({ url }) => url === '/login');
    expect(logins.map(({ body }) => JSON.parse(body) as unknown)).toEqual(
      Array(2).fill({ username: 'sync', password: PASSWORD }),
    );
    expect(lines.join('\n')).not.toContain('canary');
  });

  test('has the cookies of a login form without their attributes, and without deleted ones', async () => {
    const cookies =
      (count: number): Reply =>
      (response) => {
        response.writeHead(302, {
          location: '/start',
          'set-cookie': [
            `sid=session-canary-${count}; Expires=Wed, 09 Jun 2027 10:18:14 GMT; Path=/; HttpOnly`,
            'lang=en; Secure',
            'old=; Max-Age=0',
            'gone=1; max-age=0',
          ],
        });
        response.end();
      };
    const { server, source } = await api(
      { format: 'form', usernameField: 'j_username', passwordField: 'j_password', payload: { realm: 'x y' } },
      cookies,
      'cookie',
    );
    expect((await readAll(source)).rows).toHaveLength(2);
    expect(server.received[0]?.body).toBe(`realm=x+y&j_username=sync&j_password=${PASSWORD}`);
    expect(server.received[1]?.headers.cookie).toBe('sid=session-canary-1; lang=en');
    expect(server.received.some(({ url }) => url === '/start')).toBe(false);
  });

  test('that the API refuses although it is new ends the run after the second login', async () => {
    const server = await servers.answering((response, request) => {
      json(request.url === '/login' ? 200 : 401, { token: 'abcdefgh' })(response, request);
    });
    const login = { url: `${server.url}/login`, secretRef: 'password', tokenPath: 'token' };
    const { source } = restSource({ url: server.url, login }, { secrets: { password: PASSWORD } });
    expect(await failureOf(() => readAll(source))).toMatchObject({ code: 'SOURCE_AUTH_FAILED' });
    expect(server.received.map(({ url }) => url)).toEqual(['/login', '/', '/login', '/']);
  });

  test.each<[string, Partial<LoginSpec>, Reply, string, RegExp]>([
    [
      'a login page',
      {},
      raw(200, '<!doctype html><form>', { 'set-cookie': 'sid=12345678' }),
      'SOURCE_AUTH_FAILED',
      /page of HTML/,
    ],
    ['a refusal', {}, json(401, { message: `not ${PASSWORD}` }), 'SOURCE_AUTH_FAILED', /401/],
    [
      'an error with a success',
      { tokenPath: 'token' },
      json(200, { error: 'bad password' }),
      'SOURCE_AUTH_FAILED',
      /bad password/,
    ],
    [
      'an error with a success and cookies',
      {},
      json(200, { success: false }, { 'set-cookie': 'sid=12345678' }),
      'SOURCE_AUTH_FAILED',
      /an error/,
    ],
    [
      'no token',
      { tokenPath: 'token' },
      json(200, { other: 'tok-canary' }),
      'SOURCE_ANSWER_INVALID',
      /without a token at token/,
    ],
    ['no cookies', {}, json(200, {}), 'SOURCE_ANSWER_INVALID', /without cookies/],
    [
      'a redirect instead of a token',
      { tokenPath: 'token' },
      raw(302, '', { location: '/start' }),
      'SOURCE_ANSWER_INVALID',
      /302/,
    ],
  ])(
    'is an error without secrets when the login is answered with %s',
    async (_, login, reply, code, message) => {
      const { server, source, lines } = await api(login, () => reply, 'cookie');
      const error = await failureOf(() => readAll(source));
      expect(error).toMatchObject({
        code,
        message: expect.stringMatching(message),
        hint: expect.stringContaining('source.login'),
      });
      expect([error.message, ...lines].join('\n')).not.toContain('canary');
      expect(server.received).toHaveLength(1);
    },
  );

  test('is required again when the login fails for a moment', async () => {
    const { server, source } = await api(
      { tokenPath: 'token' },
      (count) => (count === 1 ? json(503, {}) : json(200, { token: `session-canary-${count}` })),
      'authorization',
    );
    expect((await readAll(source)).rows).toHaveLength(2);
    expect(server.received.at(-1)?.headers.authorization).toMatch(/^Bearer session-canary-\d$/);
  });
});
