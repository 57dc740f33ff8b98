import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, type Attributes } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider, type ReadableSpan, type SpanProcessor } from '@opentelemetry/sdk-trace-base';
import { TELEMETRY_FLUSH_MS_MAX } from '../../core/limits.ts';
import { propertyOf } from '../../core/thrown.ts';
import { networkErrorOf } from '../../net/network-error.ts';
import { networkFailure, type PostFailure } from '../http/post.ts';
import type { RunEnd, RunSubject } from '../run-report.ts';
import type { TraceSettings } from '../settings.ts';

const SCOPE = 'gemini-sync-bridge';
/** `ExportResultCode.SUCCESS` of a package that is not a direct dependency. */
const EXPORTED = 0;

/** Keeps ended spans until they are exported; a run has about seven. */
class KeptSpans implements SpanProcessor {
  readonly spans: ReadableSpan[] = [];

  onStart(): void {
    // Only ended spans are needed.
  }

  onEnd(span: ReadableSpan): void {
    this.spans.push(span);
  }

  forceFlush(): Promise<void> {
    return Promise.resolve();
  }

  shutdown(): Promise<void> {
    return Promise.resolve();
  }
}

/**
 * The spans of a run that has ended: one for the run, and in it one for each phase. Empty when the caller of this process does
 * not record this trace.
 */
export function spansOf(settings: TraceSettings, subject: RunSubject, end: RunEnd): readonly ReadableSpan[] {
  const kept = new KeptSpans();
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.version': subject.version, ...settings.resource }),
    spanProcessors: [kept],
  });
  const tracer = provider.getTracer(SCOPE, subject.version);
  const above =
    settings.parent === undefined
      ? ROOT_CONTEXT
      : trace.setSpanContext(ROOT_CONTEXT, { ...settings.parent, isRemote: true });
  const run = tracer.startSpan(
    `run ${subject.connector}`,
    { kind: SpanKind.INTERNAL, startTime: subject.startedAt, attributes: attributesOf(subject, end) },
    above,
  );
  const inRun = trace.setSpan(ROOT_CONTEXT, run);
  const last = end.phases.at(-1);
  for (const phase of end.phases) {
    const { startedAt, durationMs } = phase;
    const span = tracer.startSpan(phase.phase, { startTime: startedAt }, inRun);
    if (end.error !== null && phase === last) span.setStatus(failed(end.error.code));
    span.end(new Date(startedAt.getTime() + durationMs));
  }
  if (end.error !== null) run.setStatus(failed(end.error.code));
  run.end(end.finishedAt);
  return kept.spans;
}

function attributesOf(subject: RunSubject, end: RunEnd): Attributes {
  const counts = Object.entries(end.counts)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => [`gemini_sync_bridge.count.${name}`, value] as const);
  return {
    'gemini_sync_bridge.run_id': subject.runId,
    'gemini_sync_bridge.kind': subject.kind,
    'gemini_sync_bridge.connector': subject.connector,
    ...(subject.target === null ? {} : { 'gemini_sync_bridge.target': subject.target }),
    'gemini_sync_bridge.mode': subject.mode,
    'gemini_sync_bridge.status': end.status,
    'gemini_sync_bridge.exit_status': end.exitStatus,
    ...(end.error === null ? {} : { 'error.type': end.error.code }),
    ...Object.fromEntries(counts),
  };
}

function failed(code: string) {
  return { code: SpanStatusCode.ERROR, message: code };
}

/** Why spans were not accepted, and the fix. */
type ExportFailure = Pick<PostFailure, 'reason' | 'fix'>;

/** Sends spans in one request, limited by the time for telemetry. @returns undefined when they were accepted */
export async function exportSpans(
  { url, headers }: TraceSettings,
  spans: readonly ReadableSpan[],
): Promise<ExportFailure | undefined> {
  const exporter = new OTLPTraceExporter({
    url,
    headers: { ...headers },
    timeoutMillis: TELEMETRY_FLUSH_MS_MAX,
    keepAlive: false,
  });
  const problem = await new Promise<ExportFailure | undefined>((resolve) => {
    exporter.export([...spans], ({ code, error }) => {
      const result: number = code;
      resolve(result === EXPORTED ? undefined : failureOf(error));
    });
  });
  await exporter.shutdown();
  return problem;
}

/** Uses only the code: some network error messages repeat the address. */
function failureOf(error: Error | undefined): ExportFailure {
  const status = propertyOf(error, 'code');
  if (typeof status === 'number') return { reason: `the collector answered ${status}`, fix: undefined };
  if (networkErrorOf(error) !== undefined) return networkFailure(error);
  return { reason: 'no answer, or one that asks to come again', fix: undefined };
}
