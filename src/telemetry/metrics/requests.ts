import { Histogram, Registry } from 'prom-client';
import { METRICS_PREFIX } from './names.ts';

/** Buckets in seconds. A page takes some milliseconds, and a push of 1,000 events some hundred. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

interface AnsweredRequest {
  /**
   * The route pattern, such as `/v1/connectors/:connector_id/events`. With the requested path, each path would be a series of its
   * own.
   */
  readonly route: string;
  readonly method: string;
  readonly status: number;
  readonly seconds: number;
}

/** Counts the requests of one server and measures their durations. */
export interface RequestRecorder {
  record(request: AnsweredRequest): void;
  /** In Prometheus' text format. */
  text(): Promise<string>;
}

export function createRequestRecorder(): RequestRecorder {
  const registry = new Registry();
  const histogram = new Histogram({
    name: `${METRICS_PREFIX}http_request_duration_seconds`,
    help: 'Requests that were answered, and how long that took.',
    labelNames: ['method', 'route', 'status'],
    buckets: BUCKETS,
    registers: [registry],
  });
  return {
    record({ route, method, status, seconds }) {
      histogram.observe({ method, route, status: String(status) }, seconds);
    },
    text: () => registry.metrics(),
  };
}
