import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { READY_CACHE_MS } from '../../../src/server/limits.ts';
import { startBridgeServer } from '../../support/server/bridge-server.ts';
import { startGuardedServer } from '../../support/http/guarded-server.ts';

describe('the health routes', () => {
  let server: Awaited<ReturnType<typeof startBridgeServer>>;

  beforeAll(async () => {
    server = await startBridgeServer();
  });

  afterAll(() => server.stop());

  test.each(['/healthz', '/readyz'])('%s says that all is well, and which version it is', async (path) => {
    const answer = await server.request(path);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({ status: 'ok', version: '1.2.3' });
  });

  test('ask the database once for many requests to /readyz at the same moment', async () => {
    const guarded = await startGuardedServer();
    let pings = 0;
    guarded.state.ping = () => {
      pings += 1;
      return Promise.resolve();
    };
    const answers = await Promise.all(Array.from({ length: 50 }, () => guarded.request('/readyz')));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(pings).toBe(1);
    guarded.clock.advance(READY_CACHE_MS / 1_000);
    await guarded.request('/readyz');
    expect(pings).toBe(2);
    await guarded.stop();
  });

  test('are the only ones of the OpenAPI document that take no key', async () => {
    const { paths, security } = (await (await fetch(`${server.url}/openapi.json`)).json()) as {
      readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly security?: unknown[] }>>>>;
      readonly security: unknown[];
    };
    expect(security).toEqual([{ key: [] }]);
    const open = Object.entries(paths).filter(([, operations]) =>
      Object.values(operations).some((operation) => operation.security !== undefined),
    );
    expect(open.map(([path]) => path)).toEqual(['/healthz', '/readyz']);
    expect(
      open.flatMap(([, operations]) => Object.values(operations).map(({ security: own }) => own)),
    ).toEqual([[], []]);
  });
});
