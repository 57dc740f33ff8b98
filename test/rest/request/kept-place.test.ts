import { afterEach, describe, expect, test } from '@jest/globals';
import type { HttpSourceSpec } from '../../../src/definitions/connector/types.ts';
import { createRedactor } from '../../../src/core/secrets/redact.ts';
import type { Reply } from '../../support/http/http-server.ts';
import { json } from '../../support/http/http-server.ts';
import { listRest, restSource } from '../../support/http/rest-source.ts';
import { readAll } from '../../support/files/read-rows.ts';
import { RestServers } from '../../support/http/rest-servers.ts';

const servers = new RestServers();
afterEach(() => servers.close());

const SECRET = 'EAABcanarySecret0123456789';
const secrets = { kb: SECRET };
const base64 = (text: string) => Buffer.from(text).toString('base64');

/** Ten pages, each with a next link that has these parameters. */
const linking =
  (parameters: string, path = ''): Reply =>
  (response, request) => {
    const after = Number(new URL(request.url, 'http://x').searchParams.get('after') ?? '0');
    const next = `http://${request.headers.host ?? ''}/articles${path}?${parameters}&limit=10&after=${after + 1}`;
    json(200, { data: [{ id: after, name: 'x' }], next })(response, request);
  };
const cursors =
  (make: (after: number) => string): Reply =>
  (response, request) => {
    const asked = new URL(request.url, 'http://x').searchParams.get('cursor');
    const after = [...Array(9).keys()].find((index) => make(index) === asked) ?? 0;
    json(200, { data: [{ id: after, name: 'x' }], next: make(after + 1) })(response, request);
  };

const BY_URL = { type: 'next_url', nextUrlPath: 'next' } as const;
const BY_CURSOR = { type: 'cursor', cursorField: 'cursor', nextCursorPath: 'next' } as const;

async function twoRuns(
  reply: Reply,
  source: Partial<HttpSourceSpec>,
  auth: Partial<HttpSourceSpec> = { secretRef: 'kb' },
) {
  const server = await servers.answering(reply);
  const spec = { url: server.url, resumable: true, pagesPerRun: 2, ...auth, ...source };
  const first = restSource(spec, { secrets });
  const { end } = await readAll(first.source, undefined);
  const second = await listRest(spec, { secrets }, end.checkpoint);
  return {
    checkpoint: end.checkpoint ?? '',
    lines: first.lines.join('\n'),
    ids: second.rows.map(({ id }) => id),
    third: server.received[2]?.url ?? '',
  };
}

/** No piece of the secret, in any of the forms that it may have. */
function expectClean(text: string): void {
  for (const form of [
    SECRET,
    base64(SECRET).slice(0, 20),
    Buffer.from(SECRET).toString('hex'),
    'canarySe',
    'cret0123',
  ]) {
    expect(text.toLowerCase()).not.toContain(form.toLowerCase());
  }
}

describe('a resumable listing whose next link repeats the secret', () => {
  test.each([
    ['as access_token', `access_token=${SECRET}`],
    ['under any name', `x=${SECRET}`],
    ['percent-encoded', `x=${SECRET.replaceAll('a', '%61')}`],
    ['in Base64', `ref=${encodeURIComponent(base64(SECRET))}`],
    ['in hex', `ref=${Buffer.from(SECRET).toString('hex')}`],
  ])('continues with the secret put back: %s', async (_, parameters) => {
    const { checkpoint, ids, third } = await twoRuns(linking(parameters), { pagination: BY_URL });
    expectClean(checkpoint);
    expect(ids).toEqual(['2', '3']);
    const expected = new URLSearchParams(parameters);
    for (const [name, value] of expected)
      expect(new URL(third, 'http://x').searchParams.get(name)).toBe(value);
  });

  test.each([
    ['in a header', { auth: { type: 'api_key', in: 'header', name: 'X-Key' } }],
    ['in the query', { auth: { type: 'api_key', in: 'query', name: 'key' } }],
  ] as const)('continues when the secret is sent %s', async (_, source) => {
    const { checkpoint, ids } = await twoRuns(linking(`access_token=${SECRET}`), {
      pagination: BY_URL,
      ...source,
    });
    expectClean(checkpoint);
    expect(ids).toEqual(['2', '3']);
  });

  test.each([
    ['in Base64 twice', `ref=${encodeURIComponent(base64(base64(SECRET)))}`, ''],
    ['after a user name in Base64', `ref=${encodeURIComponent(base64(`ada:${SECRET}`))}`, ''],
    ['in two parameters', `a=${SECRET.slice(0, 13)}&b=${SECRET.slice(13)}`, ''],
    ['with signs within it', `a=${SECRET.replaceAll(/(.{5})/g, '$1-')}`, ''],
    ['in capitals', `a=${SECRET.toUpperCase()}`, ''],
    ['in the path', 'a=1', `/${SECRET}`],
    [
      'percent-encoded in an address',
      `u=${encodeURIComponent(encodeURIComponent(`https://x/?t=${SECRET}`))}`,
      '',
    ],
  ])('begins again where it cannot be put back: %s', async (_, parameters, path) => {
    const { checkpoint, ids, lines } = await twoRuns(linking(parameters, path), { pagination: BY_URL });
    expectClean(checkpoint);
    expect(lines).toContain('the next run begins again at the first page');
    expect(ids).toEqual(['0', '1']);
  });
});

describe('a resumable listing whose next link has what the API issued', () => {
  test('leaves out a token, because requests have credentials of their own', async () => {
    const { checkpoint, ids, third } = await twoRuns(linking('access_token=issued-by-the-api-1'), {
      pagination: BY_URL,
    });
    expect(checkpoint).not.toContain('issued');
    expect(third).not.toContain('access_token');
    expect(ids).toEqual(['2', '3']);
  });

  test.each([
    'sig=aB3%2Fde%3D&se=1',
    'X-Amz-Signature=0a1b2c&X-Amz-Date=1',
    'token=issued1',
    'x=glpat-abcdefghij0123456789',
    'x=eyJhbGciOiJIUzI1NiJ9.eyJhZnRlciI6MTIzfQ.abcdefgh&y=glpat-abcdefghij0123456789',
  ])('begins again after a signed link or one with a token: %s', async (parameters) => {
    const { checkpoint, ids, lines } = await twoRuns(linking(parameters), { pagination: BY_URL });
    expect(checkpoint).toContain('"next":null');
    expect(lines).toContain('the next run begins again at the first page');
    expect(ids).toEqual(['0', '1']);
  });

  test.each([
    ['token', 'token=CqB7wXk5VtRmZx2LpHs9'],
    ['next.auth', 'next.auth=a%2Fb%2B1c2d3e'],
    ['token', 'token=eyJhbGciOiJIUzI1NiJ9.eyJhZnRlciI6MTIzfQ.abcdefgh'],
  ])(
    'continues after a link whose cursor is named %s, as the connector says: %s',
    async (cursorField, link) => {
      const { ids, third, lines } = await twoRuns(linking(link), { pagination: { ...BY_URL, cursorField } });
      expect(third).toBe(`/articles?${link}&limit=10&after=2`);
      expect(ids).toEqual(['2', '3']);
      expect(lines).not.toContain('begins again');
    },
  );

  test('names the parameter that may be a cursor when the place is not stored', async () => {
    const { lines } = await twoRuns(linking('token=CqB7wXk5VtRmZx2LpHs9'), { pagination: BY_URL });
    expect(lines).toContain('set pagination.cursorField to token');
  });

  test('continues after a link with a token that is a short number', async () => {
    const { ids } = await twoRuns(linking('token=20'), { pagination: BY_URL });
    expect(ids).toEqual(['2', '3']);
  });

  test.each([
    `token=${SECRET.slice(0, 20)}`,
    'token=glpat-abcdefghij0123456789',
    'token=1&sig=aB3de',
    'token=cursor-of-page-2&auth=issued-by-1',
  ])('begins again after a secret beside or in the cursor: %s', async (parameters) => {
    const { checkpoint, ids, lines } = await twoRuns(linking(parameters), {
      pagination: { ...BY_URL, cursorField: 'token' },
    });
    expect(checkpoint).toContain('"next":null');
    expect(lines).toContain('the next run begins again at the first page');
    expect(ids).toEqual(['0', '1']);
  });

  test('stores the secret as a mark though the connector names its parameter as the cursor', async () => {
    const { checkpoint, ids } = await twoRuns(linking(`token=${SECRET}`), {
      pagination: { ...BY_URL, cursorField: 'token' },
    });
    expectClean(checkpoint);
    expect(ids).toEqual(['2', '3']);
  });

  test('begins again after a token when requests have no credentials', async () => {
    const { checkpoint, ids } = await twoRuns(
      linking('access_token=issued-by-the-api-1'),
      { pagination: BY_URL },
      {},
    );
    expect(checkpoint).toContain('"next":null');
    expect(ids).toEqual(['0', '1']);
  });

  test.each(['page_token=CAUQAA9f3k2m7x1v8b4n6q&key=created_at', '$skiptoken=WzEyMywiYSJd', 'a=b%20c+d&e'])(
    'keeps parameters of the page letter for letter: %s',
    async (parameters) => {
      const { ids, third } = await twoRuns(linking(parameters), { pagination: BY_URL });
      expect(third).toBe(`/articles?${parameters}&limit=10&after=2`);
      expect(ids).toEqual(['2', '3']);
    },
  );
});

describe('a resumable listing with cursors', () => {
  test.each([
    ['the secret', (after: number) => `${SECRET}.${after}`],
    ['the secret in Base64', (after: number) => base64(JSON.stringify({ after, token: SECRET }))],
    ['a half of the secret', (after: number) => `${SECRET.slice(9)}.${after}`],
    ['an address with a token', (after: number) => `https://x/?access_token=other-1&after=${after}`],
  ])('begins again when a cursor has %s', async (_, make) => {
    const { checkpoint, ids, lines } = await twoRuns(cursors(make), { pagination: BY_CURSOR });
    expectClean(checkpoint);
    expect(checkpoint).toContain('"next":null');
    expect(lines).toContain('the next run begins again at the first page');
    expect(ids).toEqual(['0', '1']);
  });

  test.each([
    ['JSON in Base64', (after: number) => base64(JSON.stringify({ after, order: 'asc' }))],
    ['a signed token', (after: number) => `eyJhbGciOiJIUzI1NiJ9.eyJhZnRlciI6MTIzfQ.${after}abcdefgh`],
    ['a hash', (after: number) => `${after}${'9f3a2c7e1d8b4065'.repeat(4)}`],
  ])('continues when a cursor is %s', async (_, make) => {
    const { ids } = await twoRuns(cursors(make), { pagination: BY_CURSOR });
    expect(ids).toEqual(['2', '3']);
  });
});

describe('an ETag', () => {
  test.each([
    ['the secret', SECRET],
    ['the secret in Base64 twice', base64(base64(SECRET))],
    ['a part of the secret', SECRET.slice(4, 16)],
    ['a token', 'glpat-abcdefghij0123456789'],
  ])('is not stored when it contains %s', async (_, tag) => {
    const server = await servers.answering(json(200, { data: [{ id: 1, name: 'x' }] }, { etag: `"${tag}"` }));
    const { end } = await listRest({ url: server.url, secretRef: 'kb' }, { secrets });
    expect(end.checkpoint).toBeUndefined();
  });
});

describe('the redactor of the run', () => {
  test('learns the access token of OAuth, and the password half of a pair', async () => {
    const server = await servers.answering(
      json(200, { access_token: 'opaque-Access-canary', expires_in: 60 }),
      json(200, { data: [{ id: 1, name: 'x' }] }),
    );
    const redactor = createRedactor();
    const oauth = {
      grantType: 'client_credentials',
      tokenUrl: server.url,
      clientId: 'sync',
      clientSecretRef: 'client',
    } as const;
    await listRest({ url: server.url, oauth }, { secrets: { client: 'client-canary' }, redactor });
    await listRest(
      { url: server.url, secretRef: 'pair', auth: { type: 'basic' } },
      { secrets: { pair: 'ada:password-canary' }, redactor },
    );
    const told = 'with opaque-Access-canary, client-canary and password-canary';
    expect(redactor.redact(told)).toBe('with [redacted], [redacted] and [redacted]');
  });
});
