import { randomUUID } from 'node:crypto';
import type { Connector } from '../../definitions/connector/types.ts';
import type { Clock } from '../../core/time/clock.ts';
import {
  PUSH_CONNECTOR_MEMORY_BYTES_MAX,
  PUSH_KEY_HOURS,
  PUSH_MEMORY_BYTES_MAX,
  PUSH_PENDING_EVENTS_MAX,
  PUSH_PURGE_MINUTES,
} from '../limits.ts';
import type { Logger } from '../../core/log.ts';
import type { NewPushBatch } from '../../state/push/batch.ts';
import type { PushQueue } from '../../state/push/queue.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { BodyFormat } from '../../push/body.ts';
import { EventValidator } from '../../push/event-validator.ts';
import { PushMemory, type MemoryBounds, type MemoryShare } from '../../push/memory.ts';
import { pushedConnector } from './pushed-connector.ts';
import { QueueRoom } from './queue-room.ts';
import { SpareBuffers } from '../../push/receiving-buffers.ts';
import { receiveBatch, type ReceivedBatch } from '../../push/received-batch.ts';
import { PushRefusal } from '../../push/refusal.ts';

/** An incoming push. */
interface IncomingPush {
  readonly connectorId: string;
  readonly idempotencyKey: string;
  /** The name of the key that sent it. */
  readonly pushedBy: string;
  readonly format: BodyFormat;
  /** The body throws if it ends early. The caller must discard the part that is not read. */
  readonly body: AsyncIterable<Uint8Array>;
}

interface PushOutcome {
  /** `stored`: durable, for the next run. `replayed`: stored earlier. `nothing_accepted`: no event of the push was accepted. */
  readonly kind: 'stored' | 'replayed' | 'nothing_accepted';
  /** The response as JSON text. */
  readonly answer: string;
}

/** Receives pushes and adds them to the queue. */
export interface PushIntake {
  /** @throws PushRefusal if nothing was stored; BridgeError STATE_* if it may have been, which repeating the push reveals */
  receive(push: IncomingPush): Promise<PushOutcome>;
}

interface IntakeParts {
  readonly catalog: Catalog;
  readonly queue: PushQueue;
  readonly clock: Clock;
  readonly log: Logger;
  /** Only tests set these bounds. */
  readonly bounds?: IntakeBounds;
}

/** Includes the memory limits for pushes that are received at the same time. */
export interface IntakeBounds extends MemoryBounds {
  /** The maximum number of events of one connector that wait for a run. */
  readonly pendingEvents: number;
}

const BOUNDS: IntakeBounds = {
  pendingEvents: PUSH_PENDING_EVENTS_MAX,
  memoryBytes: PUSH_MEMORY_BYTES_MAX,
  connectorMemoryBytes: PUSH_CONNECTOR_MEMORY_BYTES_MAX,
};

export function createPushIntake({ catalog, queue, clock, log, bounds = BOUNDS }: IntakeParts): PushIntake {
  const room = new QueueRoom(queue, clock, bounds.pendingEvents);
  const memory = new PushMemory(bounds);
  const spare = new SpareBuffers();
  // The catalog returns the same object until a file changes.
  const judges = new WeakMap<Connector, EventValidator>();
  let purgedMs = Number.NEGATIVE_INFINITY;

  function purgeSometimes(): void {
    if (clock.elapsedMs() - purgedMs < PUSH_PURGE_MINUTES * 60_000) return;
    purgedMs = clock.elapsedMs();
    queue.purge().catch((thrown: unknown) => {
      log.warn('expired pushes could not be removed', { reason: String(thrown) });
    });
  }

  async function receive(push: IncomingPush, share: MemoryShare): Promise<PushOutcome> {
    const connector = await pushedConnector(catalog, push.connectorId);
    const full = await room.ask(push.connectorId);
    // Only the body can identify a repeat, so it is read only when the key has been used.
    if (full !== undefined && !(await isKeyUsed(push))) throw full;
    const buffers = spare.take();
    const received = await receiveBatch(push.format, push.body, judgeOf(judges, connector), share, buffers);
    const outcome =
      received.events.count === 0 ? await keepNothing(push, received) : await store(push, received);
    // The buffers are not reused after a failure, because a statement may still reference them.
    spare.giveBack(buffers);
    purgeSometimes();
    return outcome;
  }

  /** Whether the key was used with any body: no body has the empty checksum. */
  async function isKeyUsed({ connectorId, idempotencyKey }: IncomingPush): Promise<boolean> {
    const key = { connectorId, idempotencyKey, bodyChecksum: '' };
    return (await queue.recall(key)) !== undefined;
  }

  /** Returns the earlier response to the same push; undefined for a new push. @throws PushRefusal KEY_REUSED */
  async function recall(push: IncomingPush, received: ReceivedBatch): Promise<PushOutcome | undefined> {
    const known = await queue.recall(keyOf(push, received));
    return known === undefined ? undefined : replayed(known, push);
  }

  /** A push that was accepted once stays accepted, even if the connector would now reject all of its events. */
  async function keepNothing(push: IncomingPush, received: ReceivedBatch): Promise<PushOutcome> {
    const known = await recall(push, received);
    if (known !== undefined) return known;
    await noteRefused({ queue, clock, log }, push, received);
    return { kind: 'nothing_accepted', answer: answerText(received, null) };
  }

  async function store(push: IncomingPush, received: ReceivedBatch): Promise<PushOutcome> {
    const pushRunId = `push-${randomUUID()}`;
    const answer = answerText(received, pushRunId);
    const { events } = received;
    const batch = batchOf(push, received, { pushRunId, answer, receivedAt: clock.now() });
    const full = room.refusal(push.connectorId, events.count);
    if (full !== undefined) return (await recall(push, received)) ?? Promise.reject(full);
    const result = await room.use(push.connectorId, events.count, () => queue.enqueue(batch));
    if (result === 'stored') return { kind: 'stored', answer };
    if (result !== 'conflict' && 'storedAnswer' in result) {
      return { kind: 'stored', answer: result.storedAnswer };
    }
    return replayed(result, push);
  }

  return {
    async receive(push) {
      const share = memory.share(push.connectorId);
      try {
        return await receive(push, share);
      } finally {
        share.end();
      }
    },
  };
}

function batchOf(
  push: IncomingPush,
  received: ReceivedBatch,
  { pushRunId, answer, receivedAt }: { pushRunId: string; answer: string; receivedAt: Date },
): NewPushBatch {
  const { events, rejected } = received;
  return {
    ...keyOf(push, received),
    pushRunId,
    pushedBy: push.pushedBy,
    receivedAt,
    keySeconds: PUSH_KEY_HOURS * 3_600,
    answer,
    orderedAnswer: (older: number) => answerText(received, pushRunId, older),
    rejected,
    events,
  };
}

/** Records a push for Ops. The producer gets the same response if it cannot be stored. */
async function noteRefused(
  { queue, clock, log }: Pick<IntakeParts, 'queue' | 'clock' | 'log'>,
  { connectorId, pushedBy }: IncomingPush,
  { errors, rejected }: ReceivedBatch,
): Promise<void> {
  const [first] = errors;
  if (first === undefined) return;
  const { code, reason } = first;
  const receivedAt = clock.now();
  const keepSeconds = PUSH_KEY_HOURS * 3_600;
  await queue
    .noteRefused({ connectorId, pushedBy, code, reason, events: rejected, receivedAt, keepSeconds })
    .catch((thrown: unknown) => {
      log.warn('a refused push could not be recorded', { connector: connectorId, reason: String(thrown) });
    });
}

function judgeOf(judges: WeakMap<Connector, EventValidator>, connector: Connector): EventValidator {
  const judge = judges.get(connector) ?? new EventValidator(connector);
  judges.set(connector, judge);
  return judge;
}

function keyOf({ connectorId, idempotencyKey }: IncomingPush, { bodyChecksum }: ReceivedBatch) {
  return { connectorId, idempotencyKey, bodyChecksum };
}

function replayed(known: 'conflict' | { readonly replay: string }, { idempotencyKey }: IncomingPush) {
  if (known !== 'conflict') return { kind: 'replayed' as const, answer: known.replay };
  throw new PushRefusal(
    'KEY_REUSED',
    `The Idempotency-Key ${JSON.stringify(idempotencyKey)} was used for a push with another body.`,
    { hint: 'Repeat a push with exactly the same body, and give another one a key of its own.' },
  );
}

/** @param older the number of events that change nothing, if events are ordered */
function answerText(
  { events, rejected, errors }: ReceivedBatch,
  runId: string | null,
  older?: number,
): string {
  return JSON.stringify({
    accepted: events.count - (older ?? 0),
    ...(older !== undefined && { unchanged: older }),
    rejected,
    run_id: runId,
    errors,
    errors_truncated: errors.length < rejected,
  });
}
