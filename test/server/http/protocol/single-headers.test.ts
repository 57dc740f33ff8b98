import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startGuardedServer, type GuardedServer } from '../../../support/http/guarded-server.ts';
import { rawExchange } from '../../../support/http/raw-exchange.ts';

let server: GuardedServer;
beforeAll(async () => {
  server = await startGuardedServer();
});
afterAll(() => server.stop());

const status = async (path: string, ...headers: string[]) => {
  const said = await rawExchange(
    server.url,
    [`GET ${path} HTTP/1.1`, ...headers, 'Connection: close', '', ''].join('\r\n'),
  );
  return Number(said.split(' ')[1]);
};

describe('a request with a header twice', () => {
  test.each([
    ['Host', 'host'],
    ['Authorization', 'AUTHORIZATION'],
    ['Content-Type', 'Content-Type'],
  ])('is refused for %s and %s, also where no key is asked for', async (one, other) => {
    const host = one === 'Host' ? [] : ['Host: localhost'];
    for (const path of ['/healthz', '/test/read', '/not-there']) {
      expect(await status(path, ...host, `${one}: localhost`, `${other}: localhost`)).toBe(400);
      expect(await status(path, ...host, `${one}: localhost`, `${other}: evil.example`)).toBe(400);
    }
  });

  test('is answered for headers that may be repeated', async () => {
    expect(await status('/healthz', 'Host: localhost', 'Accept: text/html', 'Accept: */*')).toBe(200);
  });
});
