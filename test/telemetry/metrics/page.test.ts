import { describe, expect, test } from '@jest/globals';
import { metricsPage } from '../../../src/telemetry/metrics/page.ts';
import { createRefusedKeyRecorder } from '../../../src/telemetry/metrics/refused-keys.ts';
import { createRequestRecorder } from '../../../src/telemetry/metrics/requests.ts';
import type { RunMetrics, MetricsSource } from '../../../src/telemetry/metrics/source.ts';
import { runCounts } from '../../support/pipeline/run-counts.ts';

const COUNTS = runCounts({
  seen: 9,
  unchanged: 4,
  added: 2,
  changed: 3,
  missing: null,
  held: 40,
  quarantined: 1,
});
const HR: RunMetrics = {
  kind: 'connector',
  name: 'hr',
  status: 'HELD',
  startedAt: '2026-01-02T03:00:00.500Z',
  finishedAt: '2026-01-02T03:01:00.500Z',
  counts: COUNTS,
  failing: false,
  committedCounts: COUNTS,
  lastSuccessAt: '2026-01-01T00:00:00.000Z',
  running: false,
};

const sourceOf = (changes: Partial<MetricsSource> = {}): MetricsSource => ({
  runs: () => Promise.resolve([HR]),
  pending: () => Promise.resolve([]),
  ofServer: [],
  ...changes,
});

/** The samples of a page, by name and labels. Fails on a line that is neither a sample nor a comment. */
async function samplesOf(source: MetricsSource): Promise<Record<string, number>> {
  const { body } = await metricsPage(source);
  const lines = body.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return Object.fromEntries(
    lines.map((line) => {
      const [, name, value] = /^([a-z_]+(?:\{[^}]*\})?) (\S+)$/.exec(line) ?? [];
      if (name === undefined) throw new Error(`No sample: ${line}`);
      return [name, Number(value)];
    }),
  );
}

describe('the page of metrics', () => {
  test('tells of each connector what became of its latest run', async () => {
    expect(await samplesOf(sourceOf())).toEqual({
      'gemini_sync_bridge_last_run_status{connector="hr",status="running"}': 0,
      'gemini_sync_bridge_last_run_status{connector="hr",status="success"}': 0,
      'gemini_sync_bridge_last_run_status{connector="hr",status="held"}': 1,
      'gemini_sync_bridge_last_run_status{connector="hr",status="partial"}': 0,
      'gemini_sync_bridge_last_run_status{connector="hr",status="failed"}': 0,
      'gemini_sync_bridge_last_run_status{connector="hr",status="dry_run"}': 0,
      'gemini_sync_bridge_last_run_timestamp_seconds{connector="hr"}': Date.parse(HR.startedAt) / 1_000,
      'gemini_sync_bridge_last_run_duration_seconds{connector="hr"}': 60,
      'gemini_sync_bridge_last_run_rows{connector="hr",outcome="seen"}': 9,
      'gemini_sync_bridge_last_run_rows{connector="hr",outcome="unchanged"}': 4,
      'gemini_sync_bridge_last_run_rows{connector="hr",outcome="added"}': 2,
      'gemini_sync_bridge_last_run_rows{connector="hr",outcome="changed"}': 3,
      'gemini_sync_bridge_last_run_rows{connector="hr",outcome="deleted"}': 0,
      'gemini_sync_bridge_last_run_rows{connector="hr",outcome="held"}': 40,
      'gemini_sync_bridge_last_run_rows{connector="hr",outcome="quarantined"}': 1,
      'gemini_sync_bridge_last_run_rows{connector="hr",outcome="rejected"}': 0,
      'gemini_sync_bridge_failing{connector="hr"}': 0,
      'gemini_sync_bridge_held_deletes{connector="hr"}': 40,
      'gemini_sync_bridge_quarantined_rows{connector="hr"}': 1,
      'gemini_sync_bridge_last_success_timestamp_seconds{connector="hr"}': Date.parse('2026-01-01') / 1_000,
      'gemini_sync_bridge_running{connector="hr"}': 0,
      'gemini_sync_bridge_push_pending_batches{connector="hr"}': 0,
      'gemini_sync_bridge_push_pending_events{connector="hr"}': 0,
    });
  });

  test('keeps reporting a failure while the next run is in progress', async () => {
    const atWork = { status: 'RUNNING' as const, finishedAt: null, counts: null, running: true };
    const runs = () => Promise.resolve([{ ...HR, ...atWork, failing: true }]);
    expect(await samplesOf(sourceOf({ runs }))).toMatchObject({
      'gemini_sync_bridge_failing{connector="hr"}': 1,
      'gemini_sync_bridge_held_deletes{connector="hr"}': 40,
      'gemini_sync_bridge_quarantined_rows{connector="hr"}': 1,
    });
  });

  test('says how long a run took in whole milliseconds', async () => {
    const runs = () => Promise.resolve([{ ...HR, finishedAt: '2026-01-02T03:00:00.621Z' }]);
    const samples = await samplesOf(sourceOf({ runs }));
    expect(samples['gemini_sync_bridge_last_run_duration_seconds{connector="hr"}']).toBe(0.121);
  });

  test('leaves out what is not known', async () => {
    const runs = () =>
      Promise.resolve([
        {
          ...HR,
          status: 'RUNNING' as const,
          finishedAt: null,
          counts: null,
          committedCounts: null,
          lastSuccessAt: null,
          running: true,
        },
      ]);
    const samples = await samplesOf(sourceOf({ runs }));
    expect(samples['gemini_sync_bridge_running{connector="hr"}']).toBe(1);
    const names = Object.keys(samples).join(' ');
    expect(names).not.toMatch(/duration|success_timestamp|rows|held_deletes/);
  });

  test('tells what waits in the queue of pushes, also of a connector that never ran', async () => {
    const pending = () => Promise.resolve([{ connectorId: 'support', batches: 2, events: 70 }]);
    expect(await samplesOf(sourceOf({ pending }))).toMatchObject({
      'gemini_sync_bridge_push_pending_batches{connector="hr"}': 0,
      'gemini_sync_bridge_push_pending_batches{connector="support"}': 2,
      'gemini_sync_bridge_push_pending_events{connector="support"}': 70,
    });
  });

  test('forgets a connector that is gone', async () => {
    let found = [HR, { ...HR, name: 'crm' }];
    const source = sourceOf({ runs: () => Promise.resolve(found) });
    expect((await metricsPage(source)).body).toContain('connector="crm"');
    found = [HR];
    expect((await metricsPage(source)).body).not.toContain('connector="crm"');
  });

  test('counts the requests of the server by route, method and status', async () => {
    const requests = createRequestRecorder();
    const push = { route: '/v1/connectors/:id/events', method: 'POST', status: 202 };
    requests.record({ ...push, seconds: 0.02 });
    requests.record({ ...push, seconds: 0.3 });
    requests.record({ ...push, status: 429, seconds: 0.001 });
    const { body } = await metricsPage(sourceOf({ ofServer: [requests] }));
    const histogram = 'gemini_sync_bridge_http_request_duration_seconds';
    const labels = 'method="POST",route="/v1/connectors/:id/events"';
    expect(body).toContain(`${histogram}_count{${labels},status="202"} 2`);
    expect(body).toContain(`${histogram}_count{${labels},status="429"} 1`);
    expect(body).toContain(`${histogram}_bucket{le="0.025",${labels},status="202"} 1`);
    expect(body).toContain(`# TYPE ${histogram} histogram`);
  });

  test('names the kind by its label, so that definitions of the same name are different series', async () => {
    const runs = () =>
      Promise.resolve([
        HR,
        { ...HR, kind: 'app' as const, failing: true },
        { ...HR, kind: 'knowledge_source' as const },
      ]);
    expect(await samplesOf(sourceOf({ runs }))).toMatchObject({
      'gemini_sync_bridge_failing{connector="hr"}': 0,
      'gemini_sync_bridge_failing{app="hr"}': 1,
      'gemini_sync_bridge_failing{knowledge_source="hr"}': 0,
      'gemini_sync_bridge_push_pending_events{connector="hr"}': 0,
    });
    expect(await samplesOf(sourceOf({ runs }))).not.toHaveProperty([
      'gemini_sync_bridge_push_pending_events{app="hr"}',
    ]);
  });

  test('says what format it has, and explains each metric', async () => {
    const { contentType, body } = await metricsPage(
      sourceOf({ ofServer: [createRequestRecorder(), createRefusedKeyRecorder()] }),
    );
    expect(contentType).toMatch(/^text\/plain; version=0\.0\.4/);
    const typed = [...body.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name);
    const helped = [...body.matchAll(/^# HELP (\S+) \S+/gm)].map(([, name]) => name);
    expect(helped).toEqual(typed);
    expect(new Set(typed).size).toBe(typed.length);
  });
});
