import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startBridgeServer } from '../../support/bridge-server.ts';

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
