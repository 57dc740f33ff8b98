import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { SERVER_HEADERS_BYTES_MAX } from '../../src/server/limits.ts';
import { startGuardedServer, type GuardedServer } from '../support/http/guarded-server.ts';
import { growthOf } from '../support/memory/processor-time.ts';
import { rawExchange } from '../support/http/raw-exchange.ts';

const ADMIN_KEY = 'an-admin-key-of-the-environment';

let server: GuardedServer;
beforeAll(async () => {
  server = await startGuardedServer({
    access: {
      adminKey: ADMIN_KEY,
      trustedProxies: ['127.0.0.1'],
      signOn: { header: 'x-user', right: 'read' },
    },
  });
});
afterAll(() => server.stop());

/** Header lines, or the path of a request, that fill what the server accepts. */
type Filling = (characters: number) => { readonly path?: string; readonly lines?: readonly string[] };

const header =
  (name: string, text: (characters: number) => string, path?: string): Filling =>
  (characters) => ({ lines: [`${name}: ${text(characters)}`], ...(path === undefined ? {} : { path }) });
const many =
  (unit: string, end = '') =>
  (characters: number) =>
    `${unit.repeat(characters / unit.length)}${end}`;
const STYLE = '/public/ops.js';

const HOSTILE: Readonly<Record<string, Filling>> = {
  'many cookies': header('Cookie', many('a=b;')),
  'a long session cookie': header(
    'Cookie',
    (size) => `bridge-session=${'~'.repeat(size / 2)}.${'='.repeat(size / 2)}`,
  ),
  'a cookie in percent escapes': header('Cookie', (size) => `bridge-session=${'%41'.repeat(size / 3)}`),
  'a cookie in open quotes': header('Cookie', (size) => `bridge-session="${'%'.repeat(size)}`),
  'many keys of a query': (size) => ({ path: `/healthz?${many('a=&')(size)}` }),
  'percent escapes of a query': (size) => ({ path: `/healthz?a=${many('%41')(size)}` }),
  'percent signs of a query': (size) => ({ path: `/healthz?a=${many('%')(size)}` }),
  'dots of a path': (size) => ({ path: `/public/${many('%2e%2e/')(size)}` }),
  'slashes of a path': (size) => ({ path: many('/')(size) }),
  'a path to return to': (size) => ({ path: `/login?next=/${many('a/../')(size)}` }),
  'many entity tags': header('If-None-Match', many('W/"",'), STYLE),
  'an entity tag of blanks': header('If-None-Match', (size) => `"${' '.repeat(size)}x`, STYLE),
  'many ranges': header('Range', (size) => `bytes=${'0-,'.repeat(size / 3)}0-1`, STYLE),
  'many proxies': header('X-Forwarded-For', many('127.0.0.1,', '192.0.2.1')),
  'commas of proxies': header('X-Forwarded-For', many(',')),
  'blanks of proxies': header('X-Forwarded-For', (size) => `a${' '.repeat(size)}b`),
  'many media types': header('Accept', many('text/html;q=0.1,')),
  'many encodings': header('Accept-Encoding', many('gzip;q=0.1,'), STYLE),
  'a long key': header('Authorization', (size) => `Bearer ${'a'.repeat(size)}`),
  'blanks of a key': header('Authorization', (size) => `Bearer ${' '.repeat(size)}x y`),
  'basic authentication': header('Authorization', (size) => `Basic ${'='.repeat(size)}`),
  'a long user': header('X-User', many('a')),
  'a long host': header('Host', many('a:')),
  'many headers': (size) => ({ lines: Array.from({ length: size / 12 }, (_, index) => `a${index}: b`) }),
};

describe('a request whose headers are as large as the server accepts', () => {
  test.each(Object.entries(HOSTILE))(
    'is answered in a time that is linear in their size: %s',
    async (_, filling) => {
      const send = async (characters: number) => {
        const { path = '/test/read', lines = [] } = filling(characters);
        const host = lines.some((line) => line.startsWith('Host:')) ? [] : ['Host: localhost'];
        const said = await rawExchange(
          server.url,
          [`GET ${path} HTTP/1.1`, ...host, ...lines, 'Connection: close', '', ''].join('\r\n'),
        );
        const status = Number(said.split(' ')[1]);
        expect(status).toBeGreaterThanOrEqual(200);
        expect(status).toBeLessThan(500);
        expect(status).not.toBe(431);
      };
      expect(await growthOf(send, SERVER_HEADERS_BYTES_MAX - 1_000)).toBe('linear');
    },
  );
});
