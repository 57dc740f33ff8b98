import type { Clock } from '../../../src/core/time/clock.ts';
import { createLogger, type Logger } from '../../../src/core/log.ts';
import type { RetryPolicy, Wait } from '../../../src/core/retry.ts';
import type { ProxySettings } from '../../../src/net/proxy.ts';

/** What a reader of an API needs of a machine, without waits and proxies. */
export interface RestSurroundings {
  readonly retry: RetryPolicy;
  readonly clock: Clock;
  readonly wait: Wait;
  readonly log: Logger;
  readonly proxy: ProxySettings;
}

/** @returns with them, the milliseconds of each wait, none of which is waited, and the log lines */
export function restSurroundings(): { surroundings: RestSurroundings; waits: number[]; lines: string[] } {
  const waits: number[] = [];
  const lines: string[] = [];
  const log = createLogger({
    write: (line) => lines.push(line),
    level: 'debug',
    format: (level, _time, message, more) => `${level} ${message} ${JSON.stringify(more)}`,
    now: () => new Date(0),
    redact: (line) => line,
  });
  const surroundings = {
    retry: { retries: 2, backoffSeconds: 0 },
    clock: { now: () => new Date('2026-11-20T12:00:00Z'), elapsedMs: () => performance.now() },
    wait: (ms: number) => {
      waits.push(ms);
      return Promise.resolve();
    },
    log,
    proxy: { http: undefined, https: undefined, except: undefined },
  };
  return { surroundings, waits, lines };
}

/** Reads secrets of a test. */
export function secretsOf(secrets: Readonly<Record<string, string>>): (ref: string) => string {
  return (ref) => {
    const value = secrets[ref];
    if (value === undefined) throw new Error(`The test has no secret ${ref}.`);
    return value;
  };
}
