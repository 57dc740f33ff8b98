import type { Endpoint } from '../core/endpoint.ts';
import type { RunLink } from '../core/run-link.ts';

/** What of telemetry is switched on, checked. A part that is undefined is off, and nothing of it is loaded. */
export interface TelemetrySettings {
  readonly splunk: SplunkSettings | undefined;
  readonly teams: TeamsSettings | undefined;
  readonly traces: TraceSettings | undefined;
}

export interface SplunkSettings {
  /** Of the HTTP Event Collector, without `/services/collector`. */
  readonly endpoint: Endpoint;
  readonly token: string;
}

export interface TeamsSettings {
  /** A secret: whoever has it can write into the channel. */
  readonly webhookUrl: string;
  /** Where a run can be looked at, by the name of the system. */
  readonly links: Readonly<Partial<Record<'Splunk' | 'Kestra', RunLink>>>;
}

export interface TraceSettings {
  /** Where spans are sent, whole: `https://collector.example.com/v1/traces`. */
  readonly url: string;
  /** Secrets. */
  readonly headers: Readonly<Record<string, string>>;
  /** `service.name` is among them. */
  readonly resource: Readonly<Record<string, string>>;
  /** Of whoever started this process; undefined: the run is a trace of its own. */
  readonly parent: TraceParent | undefined;
}

/** A `traceparent`, as W3C Trace Context has it. */
export interface TraceParent {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** 16 hexadecimal digits. */
  readonly spanId: string;
  readonly traceFlags: number;
}
