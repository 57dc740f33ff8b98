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
});
