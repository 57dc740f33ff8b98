import type { Clock } from '../../core/time/clock.ts';
import { DeadlineError, withDeadline } from '../../core/time/deadline.ts';
import {
  SPLUNK_GATHER_MS,
  TELEMETRY_BACKOFF_SECONDS,
  TELEMETRY_FLUSH_BACKOFF_SECONDS,
  TELEMETRY_REQUEST_SECONDS_MAX,
} from '../limits.ts';
import type { Logger } from '../../core/log.ts';
import { logRetries, waitBefore, type Wait } from '../../core/retry.ts';
import type { Undelivered } from '../channel.ts';
import { networkFailure, type Post, type PostFailure } from '../http/post.ts';
import type { SplunkSettings } from '../settings.ts';
import { Acknowledgements } from './acknowledgements.ts';
import { hecOutcome, indexedAcks } from './answers.ts';
import type { HecEvent } from './events.ts';

interface SenderPorts {
  readonly post: Post;
  readonly clock: Clock;
  readonly wait: Wait;
  readonly log: Logger;
  /** The channel id of this run for Splunk's acknowledgements: a UUID. */
  readonly channel: string;
}

/**
 * Sends events to the HTTP Event Collector of Splunk in the background of the run, many in one request. A run has about ten
 * events, so they are kept in memory until Splunk accepts them. After a lost response they arrive twice.
 */
export class HecSender {
  readonly #ports: SenderPorts;
  readonly #settings: SplunkSettings;
  readonly #acks: Acknowledgements;
  /** Events as JSON, oldest first. */
  readonly #waiting: string[] = [];
  /** Aborts the waits during the run. */
  readonly #hurry = new AbortController();
  /** Aborts all requests and waits. */
  readonly #stop = new AbortController();
  #background: Promise<void> | undefined;
  /** The failure of the latest request. */
  #failure: PostFailure | undefined;

  constructor(settings: SplunkSettings, ports: SenderPorts) {
    this.#settings = settings;
    this.#ports = ports;
    const { clock, wait } = ports;
    const overdue = (events: readonly string[]) => {
      this.#waiting.push(...events);
      this.#start();
    };
    this.#acks = new Acknowledgements(
      { clock, wait, overdue, ask: (ids, signal) => this.#ask(ids, signal) },
      this.#hurry.signal,
    );
  }

  add(event: HecEvent): void {
    this.#waiting.push(JSON.stringify(event));
    this.#start();
  }

  /** Sends the remaining events until `signal` is aborted, and nothing afterwards. */
  async finish(signal: AbortSignal): Promise<Undelivered | undefined> {
    const stop = () => {
      this.#stop.abort(new DeadlineError('The run is over.'));
    };
    signal.addEventListener('abort', stop);
    if (signal.aborted) stop();
    this.#hurry.abort();
    // A request in progress may hang, and the end of the run must not wait for it.
    await Promise.all([this.#background, this.#drain()]);
    stop();
    if (this.#acks.open > 0) {
      this.#ports.log.debug('Splunk took events and has not said that it indexed them', {
        events: this.#acks.open,
      });
    }
    const count = this.#waiting.length;
    if (count === 0) return undefined;
    const { reason = 'no answer in time', fix } = this.#failure ?? {};
    return { count, what: 'events', reason, fix };
  }

  #start(): void {
    if (!this.#hurry.signal.aborted) this.#background ??= this.#gather();
  }

  async #gather(): Promise<void> {
    for (;;) {
      await this.#pause(SPLUNK_GATHER_MS);
      await this.#drain();
      if (this.#waiting.length > 0 && !this.#isOver()) continue;
      this.#background = undefined;
      return;
    }
  }

  /** Sends the waiting events until none is left. */
  async #drain(): Promise<void> {
    for (let failures = 0; this.#waiting.length > 0 && !this.#isOver();) {
      const events = this.#waiting.splice(0);
      const failure = await this.#send(events);
      this.#failure = failure;
      if (failure === undefined) continue;
      this.#waiting.unshift(...events);
      if (!failure.again) return;
      failures += 1;
      const ending = this.#hurry.signal.aborted;
      const backoffSeconds = ending ? TELEMETRY_FLUSH_BACKOFF_SECONDS : TELEMETRY_BACKOFF_SECONDS;
      const waitMs = waitBefore(failures, failure.retryAfterMs, { retries: 0, backoffSeconds });
      logRetries(this.#ports.log, { request: 'events to Splunk' }, 'debug')(failure.reason, waitMs);
      await this.#pause(waitMs);
    }
  }

  /** Whether nothing more can be sent: the time is over, or Splunk refuses events in the only form that a run has. */
  #isOver(): boolean {
    return this.#stop.signal.aborted || this.#failure?.again === false;
  }

  async #send(events: readonly string[]): Promise<PostFailure | undefined> {
    try {
      const answer = await this.#post('/services/collector/event', events.join('\n'), this.#stop.signal);
      const outcome = hecOutcome(answer, this.#ports.clock.now());
      if (!outcome.taken) return outcome.failure;
      if (outcome.ackId !== undefined) this.#acks.add(outcome.ackId, events);
      return undefined;
    } catch (thrown) {
      return networkFailure(thrown);
    }
  }

  async #ask(ids: readonly number[], signal: AbortSignal): Promise<ReadonlySet<number> | undefined> {
    const path = `/services/collector/ack?channel=${this.#ports.channel}`;
    return indexedAcks(await this.#post(path, JSON.stringify({ acks: ids }), signal));
  }

  #post(path: string, body: string, signal: AbortSignal) {
    const { endpoint, token } = this.#settings;
    const headers = { authorization: `Splunk ${token}`, 'x-splunk-request-channel': this.#ports.channel };
    return withDeadline(TELEMETRY_REQUEST_SECONDS_MAX, signal, (inTime) =>
      this.#ports.post(`${endpoint.url}${path}`, headers, body, inTime),
    );
  }

  /** Ends early when the run is over; the callers check that themselves. */
  async #pause(ms: number): Promise<void> {
    const ends = this.#hurry.signal.aborted ? this.#stop.signal : this.#hurry.signal;
    await this.#ports.wait(ms, ends).catch(() => undefined);
  }
}
