import type { Channel } from '../channel.ts';
import type { RunSubject } from '../run-report.ts';
import type { TraceSettings } from '../settings.ts';

/**
 * Sends a run as a trace when it has ended. The libraries of OpenTelemetry take some 0.2 s to load, so the loading starts with
 * the run and is finished long before its end.
 */
export function traceChannel(settings: TraceSettings, subject: RunSubject): Channel {
  const loading = import('./spans.ts');
  // A failed import is reported by `finish`.
  loading.catch(() => undefined);
  return {
    name: 'the trace collector',
    phaseEnded: () => undefined,
    async finish(end, signal) {
      const { spansOf, exportSpans } = await loading;
      const spans = spansOf(settings, subject, end);
      if (spans.length === 0) return undefined;
      const failure = await Promise.race([exportSpans(settings, spans), lateness(signal)]);
      return failure === undefined ? undefined : { count: spans.length, what: 'spans', ...failure };
    },
  };
}

function lateness(signal: AbortSignal): Promise<{ reason: string; fix: undefined }> {
  return new Promise((resolve) => {
    const late = () => {
      resolve({ reason: 'no answer in time', fix: undefined });
    };
    if (signal.aborted) late();
    else signal.addEventListener('abort', late);
  });
}
