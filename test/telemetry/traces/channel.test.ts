import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { RunEnd, RunSubject } from '../../../src/telemetry/run-report.ts';
import type { TraceSettings } from '../../../src/telemetry/settings.ts';
import { traceChannel } from '../../../src/telemetry/traces/channel.ts';
import { hang, json, startServer, type TestServer } from '../../support/http/http-server.ts';

const STARTED = new Date('2026-01-02T03:04:05.000Z');
const SUBJECT: RunSubject = {
  runId: 'R1',
  kind: 'connector',
  connector: 'hr',
  namedAfterFile: false,
  file: 'hr.yaml',
  target: 'projects/p/locations/eu/dataStores/hr',
  targetKind: 'data_store',
  mode: 'run',
  version: '1.2.3',
  startedAt: STARTED,
};
const END: RunEnd = {
  status: 'SUCCESS',
  exitStatus: 0,
  work: 'done',
  counts: { seen: 9, missing: null },
  watermark: null,
  holdReason: null,
  error: null,
  phases: [
    { phase: 'extract', startedAt: STARTED, durationMs: 500 },
    { phase: 'publish', startedAt: new Date(STARTED.getTime() + 500), durationMs: 250 },
  ],
  durationMs: 1_000,
  finishedAt: new Date(STARTED.getTime() + 1_000),
};
const FAILED: RunEnd = {
  ...END,
  status: 'FAILED',
  exitStatus: 75,
  error: { code: 'SOURCE_LOST', message: 'Row 7 of Mei Tanaka broke off.', hint: null, retryable: true },
};
const PARENT = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', traceFlags: 1 };

/** The part of OTLP's JSON that these tests read. */
interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly { readonly key: string; readonly value: Record<string, unknown> }[];
  readonly status: { readonly code: number; readonly message?: string };
}

let collector: TestServer;
afterEach(async () => {
  await collector.close();
});

const settingsOf = (changes: Partial<TraceSettings> = {}): TraceSettings => ({
  url: `${collector.url}/v1/traces`,
  headers: { authorization: 'Bearer of-a-test' },
  resource: { 'service.name': 'bridge-of-a-test' },
  parent: undefined,
  ...changes,
});
const tell = (end: RunEnd, settings = settingsOf(), signal = new AbortController().signal) =>
  traceChannel(settings, SUBJECT).finish(end, signal);

function received() {
  const [request] = collector.received;
  const body = JSON.parse(request?.body ?? '{}') as {
    resourceSpans: [{ resource: { attributes: Span['attributes'] }; scopeSpans: [{ spans: Span[] }] }];
  };
  const [{ resource, scopeSpans }] = body.resourceSpans;
  return { request, resource: valuesOf(resource.attributes), spans: scopeSpans[0].spans };
}

function valuesOf(attributes: Span['attributes']): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
}

describe('a run that is traced', () => {
  beforeEach(async () => {
    collector = await startServer(json(200, {}));
  });

  test('is a span with its phases in it, at the times that they had', async () => {
    expect(await tell(END)).toBeUndefined();
    const { request, resource, spans } = received();
    expect(request?.url).toBe('/v1/traces');
    expect(request?.headers.authorization).toBe('Bearer of-a-test');
    expect(resource).toMatchObject({ 'service.name': 'bridge-of-a-test', 'service.version': '1.2.3' });
    const run = spans.find(({ name }) => name === 'run hr');
    expect(run?.parentSpanId).toBeUndefined();
    const nanos = (ms: number) => `${STARTED.getTime() + ms}000000`;
    expect(
      spans.map((span) => [span.name, span.parentSpanId, span.startTimeUnixNano, span.endTimeUnixNano]),
    ).toEqual([
      ['extract', run?.spanId, nanos(0), nanos(500)],
      ['publish', run?.spanId, nanos(500), nanos(750)],
      ['run hr', undefined, nanos(0), nanos(1_000)],
    ]);
    expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1);
    expect(valuesOf(run?.attributes ?? [])).toEqual({
      'gemini_sync_bridge.run_id': 'R1',
      'gemini_sync_bridge.kind': 'connector',
      'gemini_sync_bridge.connector': 'hr',
      'gemini_sync_bridge.target': SUBJECT.target,
      'gemini_sync_bridge.mode': 'run',
      'gemini_sync_bridge.status': 'SUCCESS',
      'gemini_sync_bridge.exit_status': 0,
      'gemini_sync_bridge.count.seen': 9,
    });
  });

  test('belongs to the trace of its caller', async () => {
    await tell(END, settingsOf({ parent: PARENT }));
    const run = received().spans.find(({ name }) => name === 'run hr');
    expect(run).toMatchObject({ traceId: PARENT.traceId, parentSpanId: PARENT.spanId });
  });

  test('is not sent when the trace of its caller is not sampled', async () => {
    expect(await tell(END, settingsOf({ parent: { ...PARENT, traceFlags: 0 } }))).toBeUndefined();
    expect(collector.received).toEqual([]);
  });

  test('has the error code at the run and at the phase when it fails, without the message of the source', async () => {
    await tell(FAILED);
    const { request, spans } = received();
    expect(spans.map(({ name, status }) => [name, status.code, status.message])).toEqual([
      ['extract', 0, undefined],
      ['publish', 2, 'SOURCE_LOST'],
      ['run hr', 2, 'SOURCE_LOST'],
    ]);
    expect(valuesOf(spans[2]?.attributes ?? [])).toMatchObject({ 'error.type': 'SOURCE_LOST' });
    expect(request?.body).not.toContain('Mei Tanaka');
  });
});

describe('a collector', () => {
  test('that refuses is reported with the amount that it did not accept', async () => {
    collector = await startServer(json(401, {}));
    expect(await tell(END)).toEqual({
      count: 3,
      what: 'spans',
      reason: 'the collector answered 401',
      fix: undefined,
    });
  });

  test('that asks for a retry is reported in words', async () => {
    collector = await startServer(json(503, {}, { 'retry-after': '60' }));
    expect(await tell(END)).toMatchObject({ reason: 'no answer, or one that asks to come again' });
  });

  test('that does not answer does not delay the run', async () => {
    collector = await startServer(hang);
    const end = new AbortController();
    const told = tell(END, settingsOf(), end.signal);
    end.abort();
    expect(await told).toEqual({ count: 3, what: 'spans', reason: 'no answer in time', fix: undefined });
  });
});
