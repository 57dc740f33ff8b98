import type { Endpoint } from '../core/endpoint.ts';
import type { RunLink } from '../core/run-link.ts';

/** The validated telemetry settings. A part that is undefined is switched off, and its code is not loaded. */
export interface TelemetrySettings {
  readonly splunk: SplunkSettings | undefined;
  readonly teams: TeamsSettings | undefined;
  readonly traces: TraceSettings | undefined;
}

export interface SplunkSettings {
  /** The address of the HTTP Event Collector, without `/services/collector`. */
  readonly endpoint: Endpoint;
  readonly token: string;
}

export interface TeamsSettings {
  /** A secret: anyone who has it can post to the channel. */
  readonly webhookUrl: string;
  /** Links to a run, by the name of the system. */
  readonly links: Readonly<Partial<Record<'Splunk' | 'Kestra', RunLink>>>;
}

export interface TraceSettings {
  /** The complete address that spans are sent to: `https://collector.example.com/v1/traces`. */
  readonly url: string;
  /** The values are secrets. */
  readonly headers: Readonly<Record<string, string>>;
  /** The resource attributes, including `service.name`. */
  readonly resource: Readonly<Record<string, string>>;
  /** The trace context of the caller of this process; undefined: the run is a trace of its own. */
  readonly parent: TraceParent | undefined;
}

/** A `traceparent`, as defined by W3C Trace Context. */
export interface TraceParent {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** 16 hexadecimal digits. */
  readonly spanId: string;
  readonly traceFlags: number;
}
