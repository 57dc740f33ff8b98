import type { Clock } from '../../core/clock.ts';
import { DeadlineError, withDeadline } from '../../core/deadline.ts';
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
import { hecVerdict, indexedAcks } from './answers.ts';
import type { HecEvent } from './events.ts';

interface SenderPorts {
  readonly post: Post;
  readonly clock: Clock;
  readonly wait: Wait;
  readonly log: Logger;
  /** Names this run to Splunk's acknowledgements: a UUID. */
  readonly channel: string;
}

/**
 * Sends events to the HTTP Event Collector of Splunk, many in one request and behind the back of the run. A run has some
 * ten, so they wait in memory for as long as Splunk does not take them. An answer that is lost makes them arrive twice.
 */
export class HecSender {
  readonly #ports: SenderPorts;
  readonly #settings: SplunkSettings;
  readonly #acks: Acknowledgements;
  /** As JSON, oldest first. */
  readonly #waiting: string[] = [];
  /** Ends the waits of a run that is at work. */
  readonly #hurry = new AbortController();
  /** Ends everything. */
  readonly #stop = new AbortController();
  #background: Promise<void> | undefined;
  /** Of the latest request that failed. */
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

  /** Sends what is left until `signal` is aborted, and nothing afterwards. */
  async finish(signal: AbortSignal): Promise<Undelivered | undefined> {
    const stop = () => {
      this.#stop.abort(new DeadlineError('The run is over.'));
    };
    signal.addEventListener('abort', stop);
    if (signal.aborted) stop();
    this.#hurry.abort();
    // What is under way may hang, and the end of the run must not wait behind it.
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

  /** Sends what waits until nothing does. */
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

  /** Nothing more can be sent: the time is over, or Splunk refuses what a run has no other form of. */
  #isOver(): boolean {
    return this.#stop.signal.aborted || this.#failure?.again === false;
  }

  async #send(events: readonly string[]): Promise<PostFailure | undefined> {
    try {
      const answer = await this.#post('/services/collector/event', events.join('\n'), this.#stop.signal);
      const verdict = hecVerdict(answer, this.#ports.clock.now());
      if (!verdict.taken) return verdict.failure;
      if (verdict.ackId !== undefined) this.#acks.add(verdict.ackId, events);
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

  /** Ends early when the run is over; what waits for it looks by itself. */
  async #pause(ms: number): Promise<void> {
    const ends = this.#hurry.signal.aborted ? this.#stop.signal : this.#hurry.signal;
    await this.#ports.wait(ms, ends).catch(() => undefined);
  }
}
