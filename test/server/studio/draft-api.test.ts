import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startBridgeServer } from '../../support/server/bridge-server.ts';

describe('the API of drafts', () => {
  let server: Awaited<ReturnType<typeof startBridgeServer>>;
  beforeAll(async () => {
    server = await startBridgeServer();
    mkdirSync(join(server.cwd, 'connectors'), { recursive: true });
  });
  afterAll(() => server.stop());

  const send = (method: string, path: string, body?: object) =>
    server.request(path, {
      method,
      ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });

  test('creates, reads, changes, lists and discards a draft as the OpenAPI document says', async () => {
    const created = await send('POST', '/v1/studio/drafts', { intent: 'create', text: 'a: 1\r\n' });
    expect(created.status).toBe(201);
    const { id } = (await created.json()) as { id: string };
    const path = `/v1/studio/drafts/${id}`;
    expect((await send('PUT', path, { text: 'b: 2\r\n', version: 1 })).status).toBe(200);
    expect((await send('PUT', path, { text: 'c: 3', version: 1 })).status).toBe(409);
    expect(await (await send('GET', path)).json()).toMatchObject({
      text: 'b: 2\r\n',
      version: 2,
      path: null,
    });
    expect(await (await send('GET', '/v1/studio/drafts')).json()).toMatchObject({ drafts: [{ id }] });
    const checked = await send('POST', `${path}/check`, {
      version: 2,
      fields: { 'f:metadata.name': 'people' },
    });
    expect(await checked.json()).toMatchObject({ version: 3, readable: true, ok: false, refused: [] });
    expect((await send('DELETE', path)).status).toBe(204);
    expect((await send('GET', path)).status).toBe(404);
  });

  test('checks a text and saves nothing', async () => {
    const answer = await send('POST', '/v1/studio/connectors/validate', { text: 'a: [' });
    expect(await answer.json()).toMatchObject({ ok: false, problems: [{ code: 'yaml_syntax', line: 1 }] });
    expect(await (await send('GET', '/v1/studio/drafts')).json()).toEqual({ drafts: [] });
  });
});
