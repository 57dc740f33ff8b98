import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { OpsConnectorDetail } from '../../../src/app/ops/model/connector-detail.ts';
import { startBridgeServer } from '../../support/server/bridge-server.ts';
import { minutesAgo, NOW, opsPlace, type OpsPlace } from '../../support/server/ops-place.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';

const GOOD = { op: 'UPSERT', id: '1', name: 'Mei', team: 'HR' };
const NO_OP = { id: '1' };

describe('push connectors in Ops', () => {
  const folders = temporaryFolders();
  let now = NOW;
  const clock = { now: () => now, elapsedMs: () => performance.now() };
  let place: OpsPlace;
  let server: Awaited<ReturnType<typeof startBridgeServer>>;

  beforeEach(async () => {
    now = NOW;
    const cwd = folders.make();
    place = await opsPlace(cwd);
    place.writeConnector('tickets', undefined, 'rest_push');
    place.writeConnector('local', undefined, 'rest_push', 'file://./local-bucket');
    place.writeConnector('hourly', '5 * * * *', 'rest_push');
    const nightly = { schedule: '0 6 * * *', timeZone: 'Asia/Kolkata' };
    place.writeConnector('nightly', nightly, 'rest_push');
    place.writeConnector('paused', { ...nightly, paused: true }, 'rest_push');
    server = await startBridgeServer({ cwd, clock });
  });
  afterEach(async () => {
    await server.stop();
    await place.close();
    folders.removeAll();
  });

  async function push(connector: string, ...events: readonly unknown[]): Promise<number> {
    const response = await server.request(`/v1/connectors/${connector}/events`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': randomUUID() },
      body: JSON.stringify(events),
    });
    return response.status;
  }
  async function detailOf(connector: string, headers = {}): Promise<OpsConnectorDetail> {
    const response = await server.request(`/v1/ops/connectors/${connector}`, { headers });
    return (await response.json()) as OpsConnectorDetail;
  }

  test('list who pushed, and count pushes of which every event was refused', async () => {
    expect(await push('tickets', GOOD)).toBe(202);
    expect(await push('tickets', NO_OP, NO_OP)).toBe(422);
    now = new Date(NOW.getTime() + 60_000);
    expect(await push('tickets', NO_OP)).toBe(422);
    const { pushes } = await detailOf('tickets');
    expect(pushes?.newest).toMatchObject([{ pushed_by: 'this machine', accepted: 1 }]);
    expect(pushes?.refused).toMatchObject([
      {
        pushed_by: 'this machine',
        code: 'OP_INVALID',
        pushes: 2,
        events: 3,
        first_at: NOW.toISOString(),
        last_at: now.toISOString(),
      },
    ]);
    const page = await (await server.request('/ops/connectors/tickets')).text();
    expect(page).toContain('Pushes that were refused as a whole');
    expect(page).toContain(pushes?.refused[0]?.reason.split('"')[0]);
  });

  test('name the address for producers: that of the request, or the public one', async () => {
    const path = '/v1/connectors/tickets/events';
    expect((await detailOf('tickets')).pushes).toMatchObject({ path, url: `${server.url}${path}` });
    const open = await startBridgeServer({ cwd: server.cwd, clock, publicUrl: 'https://sync.example.com' });
    try {
      const page = await (await open.request('/ops/connectors/tickets')).text();
      expect(page).toContain(`https://sync.example.com${path}`);
    } finally {
      await open.stop();
    }
  });

  test('look up a document by the key of its row, and say why an id cannot be meant', async () => {
    expect(await push('local', GOOD)).toBe(202);
    const page = async (doc: string) => {
      const path = `/ops/connectors/local/document?doc=${encodeURIComponent(doc)}`;
      return (await (await server.request(path)).text()).replaceAll(/<[^>]+>/g, ' ').replaceAll(/\s+/g, ' ');
    };
    expect(await (await server.request('/ops/connectors/local')).text()).toContain(
      'action="/ops/connectors/local/document"',
    );
    const waiting = await page(' 1 ');
    expect(waiting).toContain('local:1 is not in the index: no run of local into it has been committed.');
    expect(waiting).toContain('A push of it waits for the next run:');
    expect(waiting).toContain('gemini-sync-bridge run --connector connectors/local.yaml');
    expect(await page('other:<b>1')).toContain('is not a document id of connector local.');
    expect(await page('other:<b>1')).not.toContain('<b>');
    expect((await server.request('/ops/connectors/local/document')).status).toBe(400);
  });

  test.each([
    // Received at 03:10, and 60 minutes are the limit without a schedule.
    ['tickets', 60, 61],
    // The first start after it is at 04:05, and a run has 15 minutes to begin and commit.
    ['hourly', 69, 71],
  ])('are late when their pushes wait too long: %s', async (connector, minutesInTime, minutesLate) => {
    await place.commit({ runId: 'first', connector, at: minutesAgo(4) });
    expect(await push(connector, GOOD)).toBe(202);
    now = new Date(NOW.getTime() + minutesInTime * 60_000);
    expect((await detailOf(connector)).connector).toMatchObject({
      state: 'ok',
      pending: { overdue_seconds: null },
    });
    now = new Date(NOW.getTime() + minutesLate * 60_000);
    const late = await detailOf(connector);
    expect(late.connector.state).toBe('late');
    expect(late.connector.pending?.overdue_seconds).toBeGreaterThan(0);
    const page = await (await server.request('/ops')).text();
    expect(page).toContain('1 pushed event waits for a run');
  });

  test('are never late while they are paused, and are due in the time zone of their schedule', async () => {
    for (const connector of ['nightly', 'paused']) {
      await place.commit({ runId: `first-${connector}`, connector, at: minutesAgo(4) });
      expect(await push(connector, GOOD)).toBe(202);
    }
    // 6:00 in Kolkata is 0:30 in UTC, and now it is 3:10 two days later.
    now = new Date(NOW.getTime() + 48 * 3_600_000);
    expect((await detailOf('nightly')).connector).toMatchObject({
      time_zone: 'Asia/Kolkata',
      paused: false,
      state: 'late',
      freshness: { late: true, next_due_at: '2026-11-24T00:30:00.000Z' },
      pending: { overdue_seconds: expect.any(Number) },
    });
    expect((await detailOf('paused')).connector).toMatchObject({
      schedule: '0 6 * * *',
      time_zone: 'Asia/Kolkata',
      paused: true,
      state: 'ok',
      freshness: { late: null, last_due_at: null, next_due_at: null, overdue_seconds: null },
      pending: { events: 1, overdue_seconds: null },
    });
    const textOf = async (path: string) =>
      (await (await server.request(path)).text()).replaceAll(/<[^>]+>/g, ' ').replaceAll(/\s+/g, ' ');
    expect(await textOf('/ops/connectors/paused')).toMatch(
      /0 6 \* \* \* \( ?Asia\/Kolkata ?\) every day at 06:00 Asia\/Kolkata ?, paused/,
    );
    expect(await textOf('/ops/connectors/nightly')).toContain('0 6 * * * (Asia/Kolkata), and none has');
    expect(await textOf('/ops')).toContain(' paused ');
  });
});
