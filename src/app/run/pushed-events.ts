import { BridgeError } from '../../core/errors.ts';
import type { Job } from '../../pipeline/ports/job.ts';
import type { PushedEvent, PushSelection } from '../../pipeline/ports/push-port.ts';
import type { State } from '../../pipeline/ports/state-port.ts';
import type { RunOptions } from './job.ts';

type EventQueue = Pick<State, 'pushed' | 'olderEvents'>;

/**
 * The events that one run of a push connector reads. They are in the state, which is opened after the source, so that a
 * connector whose source cannot be opened does not create a state.
 */
export class PushedEvents {
  readonly #job: Job;
  readonly #selection: PushSelection;
  #queue: EventQueue | undefined;

  constructor(job: Job, options: RunOptions) {
    this.#job = job;
    this.#selection = pushSelection(job, options);
  }

  /** Must be called before the source is read. */
  readFrom(queue: EventQueue): void {
    this.#queue = queue;
  }

  pages(): AsyncIterable<readonly PushedEvent[]> {
    const pages = this.#opened().pushed(this.#selection);
    return this.#job.resend ? requireEvents(pages, this.#job.connectorId) : pages;
  }

  older(): Promise<number> {
    return this.#opened().olderEvents(this.#selection);
  }

  #opened(): EventQueue {
    if (this.#queue === undefined)
      throw new BridgeError('INTERNAL', 'Pushes were read before the state was open.');
    return this.#queue;
  }
}

/** A run that only plans, or delivers to another target, acknowledges no events. */
function pushSelection(
  { connectorId, runId }: Job,
  { local, dryRun, sends, pushRunId }: RunOptions,
): PushSelection {
  return { connectorId, runId, claim: sends && !local && !dryRun, upTo: pushRunId };
}

/**
 * Pushed events are deleted after their delivery, so a push connector can resend only what is pushed again.
 * @throws BridgeError USAGE after the last page if there was no event
 */
async function* requireEvents(
  pages: AsyncIterable<readonly PushedEvent[]>,
  connectorId: string,
): AsyncIterable<readonly PushedEvent[]> {
  let events = 0;
  for await (const page of pages) {
    events += page.length;
    yield page;
  }
  if (events > 0) return;
  throw new BridgeError('USAGE', `No push to ${connectorId} waits, so there is nothing to send again.`, {
    hint: 'Push the documents again, then run with --resend: it sends them also if they did not change.',
  });
}
