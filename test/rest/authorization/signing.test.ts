import { createHash, createHmac } from 'node:crypto';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { SigningSpec } from '../../../src/definitions/rest/types.ts';
import { signedClient } from '../../../src/rest/authorization/signing.ts';
import type { HttpRequest } from '../../../src/rest/request/client.ts';
import { createRedactor } from '../../../src/core/secrets/redact.ts';
import { json, raw } from '../../support/http/http-server.ts';
import { listRest, restSource } from '../../support/http/rest-source.ts';
import { readAll } from '../../support/files/read-rows.ts';
import { RestServers } from '../../support/http/rest-servers.ts';

const servers = new RestServers();
afterEach(() => servers.close());

async function headersOf(spec: Omit<SigningSpec, 'secretRef'>, secret: string, body: string, seconds = 0) {
  const sent: HttpRequest[] = [];
  const send = (request: HttpRequest) => {
    sent.push(request);
    return Promise.resolve({ status: 200, header: () => undefined, body: Buffer.alloc(0) });
  };
  const client = signedClient(
    { secretRef: 'key', ...spec },
    { send, open: send },
    {
      secret: () => secret,
      clock: { now: () => new Date(seconds * 1_000), elapsedMs: () => 0 },
      redactor: createRedactor(),
    },
  );
  const request = { method: 'POST', url: 'https://api.example.com/x', headers: {}, body } as const;
  await client.send(request, new AbortController().signal);
  return sent[0]?.headers;
}

describe('a signature', () => {
  test('equals that of the example in the documentation of Slack', async () => {
    const body =
      'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c';
    const spec = {
      header: 'X-Slack-Signature',
      timestampHeader: 'X-Slack-Request-Timestamp',
      template: 'v0:{{ timestamp }}:{{ body }}',
      prefix: 'v0=',
    };
    expect(await headersOf(spec, '8f742231b10e8888abcd99yyyzzz85a5', body, 1_531_420_618)).toEqual({
      'x-slack-request-timestamp': '1531420618',
      'x-slack-signature': 'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503',
    });
  });

  test('equals that of the example in the documentation of GitHub', async () => {
    const spec = { header: 'X-Hub-Signature-256', template: '{{ body }}', prefix: 'sha256=' };
    expect(await headersOf(spec, "It's a Secret to Everybody", 'Hello, World!')).toEqual({
      'x-hub-signature-256': 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17',
    });
  });

  test('equals those of RFC 4231 and RFC 2202, in base64 too', async () => {
    const text = 'what do ya want for nothing?';
    const of = async (algorithm: 'sha1' | 'sha256' | 'sha512', encoding: 'hex' | 'base64') =>
      (await headersOf({ header: 'S', template: '{{ body }}', algorithm, encoding }, 'Jefe', text))?.['s'];
    expect(await of('sha1', 'hex')).toBe('effcdf6ae5eb2fa2d27416d5f184df9c259a7c79');
    expect(await of('sha256', 'base64')).toBe('W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM=');
    expect((await of('sha512', 'hex'))?.slice(0, 32)).toBe('164b7a7bfcf819e2e395fbe73b56e0a3');
  });

  test('is made for each attempt, each redirect and each page, over what is really sent', async () => {
    const key = 'sign-canary';
    let seconds = 1_000;
    const server = await servers.answering(
      json(503, {}),
      raw(307, '', { location: '/moved?a=1' }),
      json(200, { items: [{ id: 1, name: 'a' }], next: 'c1' }),
      json(200, { items: [{ id: 2, name: 'b' }], next: null }),
    );
    const { source, lines } = restSource(
      {
        url: `${server.url}/list`,
        method: 'POST',
        payload: { q: 'x' },
        secretRef: 'token',
        auth: { type: 'api_key', in: 'query', name: 'key' },
        pagination: { type: 'cursor', cursorField: 'cursor', nextCursorPath: 'next' },
        signing: {
          secretRef: 'sign',
          header: 'X-Signature',
          timestampHeader: 'X-Timestamp',
          template:
            '{{ timestamp }}\n{{ method }}\n{{ host }}{{ path }}\n{{ body }}\n{{ body_sha256 }}\n{{ url }}',
        },
      },
      {
        secrets: { sign: key, token: 'token-canary' },
        clock: { now: () => new Date((seconds += 7) * 1_000), elapsedMs: () => 0 },
      },
    );
    expect((await readAll(source)).rows).toHaveLength(2);
    expect(server.received).toHaveLength(4);
    const { host } = new URL(server.url);
    for (const { method, url, body, headers } of server.received) {
      const time = String(headers['x-timestamp']);
      const hash = createHash('sha256').update(body).digest('hex');
      const text = `${time}\n${method}\n${host}${url}\n${body}\n${hash}\n${server.url}${url}`;
      expect(headers['x-signature']).toBe(createHmac('sha256', key).update(text).digest('hex'));
      expect(url).toContain('key=token-canary');
    }
    expect(new Set(server.received.map(({ headers }) => headers['x-timestamp'])).size).toBe(4);
    expect(lines.join('\n')).not.toContain('canary');
  });
});

describe('secretHeaders', () => {
  test('are sent with each request, and never shown or sent to another server (Datadog)', async () => {
    const keys = { 'DD-API-KEY': 'api', 'DD-APPLICATION-KEY': 'app' };
    const secrets = { api: 'api-canary\n', app: 'app-canary' };
    const other = await servers.answering(json(200, []));
    const server = await servers.answering(
      json(200, { data: [{ id: 1, name: 'a' }], next: '/?page=2' }),
      raw(302, '', { location: `${other.url}/x?copy=app-canary` }),
    );
    const { source, lines } = restSource(
      { url: server.url, secretHeaders: keys, pagination: { type: 'next_url', nextUrlPath: 'next' } },
      { secrets },
    );
    const error = await readAll(source).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'SOURCE_REDIRECT' });
    for (const { headers } of server.received) {
      expect(headers).toMatchObject({ 'dd-api-key': 'api-canary', 'dd-application-key': 'app-canary' });
    }
    expect(server.received).toHaveLength(2);
    expect(other.received).toEqual([]);
    expect([String(error), ...lines].join('\n')).not.toContain('canary');
  });

  test('refuse a secret that no header can carry, and a missing one', async () => {
    const spec = { url: 'http://127.0.0.1:9/', secretHeaders: { 'X-Key': 'kb' } };
    await expect(listRest(spec, { secrets: { kb: 'a\nb' } })).rejects.toMatchObject({
      code: 'SECRET_INVALID',
      message: expect.stringContaining('The secret kb'),
    });
    await expect(listRest(spec)).rejects.toThrow('kb');
  });
});
