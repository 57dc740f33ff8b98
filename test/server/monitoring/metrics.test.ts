import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openState } from '../../../src/state/run/open-state.ts';
import { startBridgeServer } from '../../support/server/bridge-server.ts';

const startedAt = new Date('2026-11-20T03:00:00.000Z');

describe('the metrics', () => {
  let server: Awaited<ReturnType<typeof startBridgeServer>>;

  beforeAll(async () => {
    server = await startBridgeServer();
    mkdirSync(join(server.cwd, 'connectors'));
    const file = join(server.cwd, '.gemini-sync-bridge/state.db');
    const state = await openState({ file, readOnly: false });
    await state.beginRun({ runId: 'R1', connectorId: 'staff', target: 'local', startedAt });
    await state.close();
  });

  afterAll(() => server.stop());

  test('tell when the latest run of each connector began', async () => {
    const answer = await server.request('/metrics');
    expect(answer.headers.get('content-type')).toContain('text/plain; version=0.0.4');
    expect(await answer.text()).toContain(
      `gemini_sync_bridge_last_run_timestamp_seconds{connector="staff"} ${startedAt.getTime() / 1_000}`,
    );
  });

  test('count requests by their routes, and all that have none as one', async () => {
    await server.request('/healthz');
    await server.request('/nobody/1');
    await server.request('/nobody/2');
    const page = await (await server.request('/metrics')).text();
    const count = (labels: string) => `gemini_sync_bridge_http_request_duration_seconds_count{${labels}}`;
    expect(page).toContain(`${count('method="GET",route="/healthz",status="200"')} 1`);
    expect(page).toContain(`${count('method="ANY",route="(none)",status="404"')} 2`);
    expect(page).not.toContain('nobody');
  });
});
