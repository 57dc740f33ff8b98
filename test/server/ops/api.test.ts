import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { join } from 'node:path';
import type { OpsConnectorDetail } from '../../../src/app/ops/model/connector-detail.ts';
import type { OpsRunDetail } from '../../../src/app/ops/model/run-detail.ts';
import type { OpsSnapshot } from '../../../src/app/ops/model/snapshot.ts';
import { parseRunLink } from '../../../src/core/run-link.ts';
import { openDatabase } from '../../../src/database/database.ts';
import { STATE_FILE } from '../../../src/state/run/open-state.ts';
import { startBridgeServer } from '../../support/server/bridge-server.ts';
import {
  minutesAgo,
  fillWithEverything,
  LONG_NAME,
  NOW,
  opsPlace,
  type OpsPlace,
} from '../../support/server/ops-place.ts';
import { startPostgres, type TestPostgres } from '../../support/databases/postgres.ts';
import { dumpState } from '../../support/databases/state-dump.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';

const clock = { now: () => NOW, elapsedMs: () => performance.now() };
const runLinks = {
  Splunk: parseRunLink('SPLUNK_RUN_URL_TEMPLATE', 'https://splunk.example.com/search?q={run_id}'),
  Kestra: parseRunLink('KESTRA_RUN_URL_TEMPLATE', 'https://kestra.example.com/{connector_id}?run={run_id}'),
};

let postgres: TestPostgres;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres.stop());

describe.each(['SQLite', 'Postgres'] as const)('the Ops API on %s', (engine) => {
  const folders = temporaryFolders();
  let server: Awaited<ReturnType<typeof startBridgeServer>>;
  let place: OpsPlace;
  let url: string | undefined;

  beforeAll(async () => {
    const cwd = folders.make();
    url = engine === 'Postgres' ? postgres.url() : undefined;
    place = await opsPlace(cwd, url);
    await fillWithEverything(place);
    server = await startBridgeServer({ cwd, databaseUrl: url, clock, runLinks });
  });
  afterAll(async () => {
    await server.stop();
    await place.close();
    folders.removeAll();
  });

  async function answered<Answer>(path: string): Promise<Answer> {
    const response = await server.request(path);
    if (response.status !== 200) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as Answer;
  }
  const snapshot = (query = '') => answered<OpsSnapshot>(`/v1/ops/snapshot${query}`);

  test('names connectors in order of need, each with what it is', async () => {
    const { connectors, totals } = await snapshot();
    expect(connectors.map(({ connector_id: id, state }) => [id, state])).toEqual([
      ['hr-employees', 'failing'],
      ['crm-accounts', 'held'],
      ['wiki-pages', 'partial'],
      ['orders', 'late'],
      ['tickets', 'running'],
      ['never-yet', 'never_run'],
      ['support-push', 'never_run'],
      [LONG_NAME, 'ok'],
      ['handbook', 'ok'],
    ]);
    expect(totals).toMatchObject({ connectors: 9, broken_files: 1, held_deletes: 1_204 });
    expect(totals.by_state).toMatchObject({ failing: 1, stalled: 0, ok: 2 });
  });

  test('counts runs of the window, and the share that succeeded', async () => {
    const { totals } = await snapshot();
    expect(totals.runs).toBe(32);
    expect(totals.by_status).toEqual({ RUNNING: 1, SUCCESS: 28, HELD: 1, PARTIAL: 1, FAILED: 1, DRY_RUN: 0 });
    expect(totals.success_rate).toBeCloseTo(28 / 31);
    const lastHour = await snapshot('?window_hours=1');
    expect(lastHour.totals.runs).toBe(6);
    expect(lastHour.runs.items).toHaveLength(6);
  });

  test('says of a connector without a run that nothing is known, not 0', async () => {
    const { connectors } = await snapshot('?connector_id=never-yet');
    expect(connectors).toMatchObject([
      {
        last_run: null,
        last_success_at: null,
        held_deletes: null,
        quarantined: null,
        pending: null,
        freshness: { as_of: null, age_seconds: null, late: null, next_due_at: null },
      },
    ]);
    expect((await snapshot('?connector_id=nobody')).totals.success_rate).toBeNull();
  });

  test('measures freshness against the schedule', async () => {
    const { connectors } = await snapshot();
    const freshnessOf = (name: string) => connectors.find(({ connector_id: id }) => id === name)?.freshness;
    expect(freshnessOf('orders')).toEqual({
      as_of: '2026-11-21T00:00:00.000Z',
      age_seconds: 11_400,
      last_due_at: '2026-11-21T02:05:00.000Z',
      next_due_at: '2026-11-21T04:05:00.000Z',
      late: true,
      overdue_seconds: 11_100,
    });
    expect(freshnessOf('handbook')).toMatchObject({ late: false, overdue_seconds: null });
    // Its last commit is older than the start that was due, and a run is in progress.
    expect(freshnessOf('tickets')).toMatchObject({ late: false });
  });

  test('filters and pages runs, newest first', async () => {
    const first = await snapshot('?connector_id=handbook&limit_runs=3');
    expect(first.runs).toMatchObject({ total: 9, limit: 3, offset: 0 });
    expect(first.runs.items.map(({ run_id: id }) => id)).toEqual([
      'handbook-now',
      'handbook-1',
      'handbook-2',
    ]);
    const second = await snapshot('?connector_id=handbook&limit_runs=3&offset_runs=3');
    expect(second.runs.items.map(({ run_id: id }) => id)).toEqual(['handbook-3', 'handbook-4', 'handbook-5']);
    const held = await snapshot('?status=HELD');
    expect(held.runs.total).toBe(1);
    expect(held.runs.items).toMatchObject([
      { run_id: 'crm-held', hold_reason: expect.stringContaining('1,204') },
    ]);
    const both = await snapshot('?status=FAILED&connector_id=hr-employees');
    expect(both.runs.items.map(({ run_id: id }) => id)).toEqual(['hr-failed']);
    expect((await snapshot('?offset_runs=1000')).runs.items).toEqual([]);
  });

  test.each([
    ['status=failed', 'status must be equal to one of the allowed values: RUNNING, SUCCESS, HELD'],
    ['window_hours=0', 'window_hours must be >= 1'],
    ['window_hours=9000', 'window_hours must be <= 8784'],
    ['limit_runs=501', 'limit_runs must be <= 500'],
    ['offset_runs=-1', 'offset_runs must be >= 0'],
    ['limit_runs=ten', 'limit_runs must be integer'],
    ['connector_id=', 'connector_id must NOT have fewer than 1 characters'],
    ['connector_id=a%00b', 'connector_id must match pattern'],
    ['unknown=1', 'must NOT have additional properties: "unknown"'],
  ])('refuses ?%s, and names the field', async (query, says) => {
    const response = await server.request(`/v1/ops/snapshot?${query}`);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      error: { code: 'BAD_REQUEST', message: expect.stringContaining(says) },
    });
  });

  test.each(['/v1/ops/connectors/a%00', '/v1/ops/runs/%00', '/v1/ops/runs/%00/log', '/ops/runs/%00'])(
    'answers 400 for %s, which no database could look up',
    async (path) => {
      expect((await server.request(path)).status).toBe(400);
    },
  );

  test('is described in the OpenAPI document, with its filters', async () => {
    const { paths } = await answered<{
      paths: Record<string, { get?: { parameters?: readonly { name: string }[] } }>;
    }>('/openapi.json');
    const parameters = paths['/v1/ops/snapshot']?.get?.parameters ?? [];
    expect(parameters.map(({ name }) => name).sort()).toEqual([
      'connector_id',
      'kind',
      'limit_runs',
      'offset_runs',
      'status',
      'window_hours',
    ]);
    expect(Object.keys(paths)).toEqual(
      expect.arrayContaining(['/v1/ops/connectors/{id}', '/v1/ops/runs/{run_id}']),
    );
  });

  test('shows a broken file with what to write', async () => {
    const { broken_files: broken } = await snapshot();
    expect(broken).toMatchObject([{ file: 'connectors/broken.yaml', path: 'spec' }]);
    expect(broken[0]?.fix).not.toBe('');
  });

  test('tells of a failed run what to do, and how far it came', async () => {
    const detail = await answered<OpsRunDetail>('/v1/ops/runs/hr-failed');
    expect(detail.run).toMatchObject({
      status: 'FAILED',
      duration_seconds: 5,
      counts: null,
      alive: null,
      error: { code: 'SOURCE_AUTH_FAILED', retryable: false, hint: expect.stringContaining('SECRET_HR_DB') },
    });
    expect(detail.timeline.map(({ state, duration_seconds: seconds }) => [state, seconds])).toEqual([
      ['failed', 5],
      ['not_reached', null],
      ['not_reached', null],
      ['not_reached', null],
    ]);
    expect(detail.links).toEqual([
      { label: 'Splunk', url: 'https://splunk.example.com/search?q=hr-failed' },
      { label: 'Kestra', url: 'https://kestra.example.com/hr-employees?run=hr-failed' },
    ]);
    expect(detail.commands.run).toBe('gemini-sync-bridge run --connector connectors/hr-employees.yaml');
  });

  test('tells of a held run how to release its deletes, and when it was in which phase', async () => {
    const detail = await answered<OpsRunDetail>('/v1/ops/runs/crm-held');
    expect(detail.commands.release_deletes).toBe(
      'gemini-sync-bridge run --connector connectors/crm-accounts.yaml --allow-deletes 1204',
    );
    expect(detail.timeline.map(({ name, duration_seconds: seconds }) => [name, seconds])).toEqual([
      ['read', 60],
      ['publish', 60],
      ['ingest', 50],
      ['commit', 10],
    ]);
    expect(detail.artifacts).toEqual({
      manifest: 'connectors/crm-accounts/runs/crm-held/manifest.json',
      folder: 'connectors/crm-accounts/runs/crm-held',
      bucket: 'gs://company-gemini-sync',
    });
    expect(detail.operations).toMatchObject([
      { name: 'import-1', state: 'done', detail: { succeeded: 130 } },
    ]);
  });

  test('lists the documents that a run was refused', async () => {
    const detail = await answered<OpsRunDetail>('/v1/ops/runs/wiki-partial');
    expect(detail.rejected_documents.map(({ doc_id: id, outcome }) => [id, outcome])).toEqual([
      ['wiki-pages:17', 'refused'],
      ['wiki-pages:<b>18</b>', 'refused'],
    ]);
  });

  test('knows whether the process of a run lives, and where it is', async () => {
    const detail = await answered<OpsRunDetail>('/v1/ops/runs/tickets-2');
    expect(detail.run).toMatchObject({
      status: 'RUNNING',
      phase: 'ingest',
      alive: true,
      duration_seconds: 240,
    });
    expect(detail.process).toEqual({ host: 'worker-1', pid: 4711 });
    expect(detail.usual_seconds).toBe(180);
    expect(detail.timeline.map(({ state, duration_seconds: seconds }) => [state, seconds])).toEqual([
      ['done', 60],
      ['done', 60],
      ['current', 120],
      ['not_reached', null],
    ]);
  });

  test('shows what a connector file says, and its history', async () => {
    const detail = await answered<OpsConnectorDetail>('/v1/ops/connectors/hr-employees');
    expect(detail.history.map(({ run_id: id }) => id).slice(0, 2)).toEqual(['hr-failed', 'hr-employees-1']);
    expect(detail.facts).toMatchObject({
      source_type: 'postgres',
      secret_ref: 'people-db',
      delta: false,
      target: 'projects/my-project/locations/global/dataStores/people',
      delete_policy: 'auto_delete_missing',
    });
    // A query may contain confidential text.
    expect(JSON.stringify(detail)).not.toContain('SELECT');
  });

  test.each(['/v1/ops/connectors/nobody', '/v1/ops/runs/none', '/v1/ops/runs/%2e%2e%2fadmin'])(
    'answers 404 for %s',
    async (path) => {
      const response = await server.request(path);
      expect(response.status).toBe(404);
      expect(await response.json()).toMatchObject({ error: { code: 'NOT_FOUND' } });
    },
  );

  test('changes nothing, whatever is asked for', async () => {
    // The run in progress sends heartbeats meanwhile.
    const dump = async () =>
      JSON.stringify(await dumpState(server.cwd, url)).replaceAll(/"expires_at\\*":[\d.]+/g, '');
    const before = await dump();
    const paths = ['/v1/ops/snapshot', '/v1/ops/runs/tickets-2', '/v1/ops/connectors/tickets'];
    const pages = ['/ops', '/ops/runs/tickets-2', '/ops/connectors/tickets'];
    for (const path of [...paths, ...pages]) expect((await server.request(path)).status).toBe(200);
    expect(await dump()).toBe(before);
    for (const path of [...paths, ...pages]) {
      expect((await server.request(path, { method: 'POST' })).status).toBe(404);
    }
  });

  test('calls a run stalled whose process is silent', async () => {
    place.writeConnector('silent');
    const lease = await place.state.lease('silent', { runId: 'silent-1', host: 'worker-1', pid: 4711 });
    await place.begin({ runId: 'silent-1', connector: 'silent', at: NOW, phase: 'extract' });
    await lease.release();
    const { connectors } = await snapshot('?connector_id=silent');
    expect(connectors).toMatchObject([{ state: 'stalled', last_run: { status: 'RUNNING', alive: false } }]);
  });

  test('says how far a run in progress has read, when it read the last row, and that it takes longer than usual', async () => {
    place.writeConnector('slow');
    await place.commit({ runId: 'slow-1', connector: 'slow', at: minutesAgo(90) });
    await place.begin({ runId: 'slow-2', connector: 'slow', at: minutesAgo(20) });
    await place.hold('slow-2', 'slow');
    const last = async () => (await snapshot('?connector_id=slow')).connectors[0]?.last_run;
    expect(await last()).toMatchObject({ run_id: 'slow-2', alive: true, progress: null });
    const opened = await openDatabase({ url, file: join(server.cwd, STATE_FILE) });
    await opened
      .knex('run_state')
      .whereIn('run_id', ['slow-1', 'slow-2'])
      .update({ rows_seen: 14_000, rows_at: minutesAgo(3).toISOString() });
    await opened.close();
    expect(await last()).toMatchObject({
      progress: { rows: 14_000, at: minutesAgo(3).toISOString(), rows_per_second: 14 },
    });
    expect((await answered<OpsRunDetail>('/v1/ops/runs/slow-1')).run.progress).toBeNull();
    for (const path of ['/ops', '/ops/runs/slow-2']) {
      const html = await (await server.request(path)).text();
      const text = html.replace(/<[^>]*>/g, '').replace(/\s+/g, ' ');
      expect(text).toContain('14,000 rows, last 3 min ago · 14/s');
      expect(text).toContain('longer than usual: the last one took 3 min');
    }
  });

  test('counts the pushes that wait', async () => {
    const now = NOW.toISOString();
    const opened = await openDatabase({ url, file: join(server.cwd, STATE_FILE) });
    await opened.knex('push_batches').insert(
      [3, 4].map((waiting, index) => ({
        push_run_id: `P${index}`,
        connector_id: 'support-push',
        idempotency_key: `K${index}`,
        body_checksum: 'c',
        status: 'pending' as const,
        received_at: index === 0 ? '2026-11-21T03:00:00.000Z' : now,
        expires_at: now,
        answer: index === 0 ? '{}' : '{"errors":[{"code":"ACL_EMPTY"},{"code":"ACL_EMPTY"}]}',
        accepted: waiting,
        rejected: index * 2,
        waiting,
      })),
    );
    await opened.close();
    const { connectors, totals } = await snapshot('?connector_id=support-push');
    expect(connectors[0]?.pending).toEqual({
      batches: 2,
      events: 7,
      oldest_received_at: '2026-11-21T03:00:00.000Z',
      overdue_seconds: null,
    });
    expect(totals.pending).toEqual({ batches: 2, events: 7 });
    const { pushes } = await answered<OpsConnectorDetail>('/v1/ops/connectors/support-push');
    expect(pushes).toEqual({
      path: '/v1/connectors/support-push/events',
      url: `${server.url}/v1/connectors/support-push/events`,
      refused: [],
      newest: [
        {
          push_run_id: 'P1',
          received_at: now,
          pushed_by: null,
          accepted: 4,
          rejected: 2,
          waiting: 4,
          refused_for: ['ACL_EMPTY'],
        },
        {
          push_run_id: 'P0',
          received_at: '2026-11-21T03:00:00.000Z',
          pushed_by: null,
          accepted: 3,
          rejected: 0,
          waiting: 3,
          refused_for: [],
        },
      ],
    });
    const page = await (await server.request('/ops/connectors/support-push')).text();
    expect(page).toContain(`${server.url}/v1/connectors/support-push/events`);
    expect(page).toContain('nothing: producers push to it');
    expect(page).toContain('pushed deletes are never held');
    expect(page).not.toContain('everything, each time');
    const pulled = await answered<OpsConnectorDetail>('/v1/ops/connectors/hr-employees');
    expect(pulled.pushes).toBeNull();
  });

  test('knows a connector that has pushes waiting, and neither a file nor a run', async () => {
    const opened = await openDatabase({ url, file: join(server.cwd, STATE_FILE) });
    await opened.knex('push_batches').where({ push_run_id: 'P0' }).update({ connector_id: 'forgotten' });
    await opened.close();
    const { connector, facts } = await answered<OpsConnectorDetail>('/v1/ops/connectors/forgotten');
    expect(connector).toMatchObject({ state: 'never_run', file: null, pending: { batches: 1, events: 3 } });
    expect(facts).toBeNull();
  });
});

describe('Ops without its database', () => {
  test('says so, to people and to programs, and when to come back', async () => {
    const server = await startBridgeServer({ databaseUrl: postgres.url(), clock, runLinks });
    try {
      await postgres.stop();
      const api = await server.request('/v1/ops/snapshot');
      expect([api.status, api.headers.get('retry-after')]).toEqual([503, '5']);
      const page = await server.request('/ops', { headers: { accept: 'text/html' } });
      expect(page.status).toBe(503);
      expect(await page.text()).toContain('The server cannot reach its database.');
    } finally {
      await server.stop();
    }
  });
});
