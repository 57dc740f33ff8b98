import type { Connector } from '../../../definitions/connector/types.ts';
import { BridgeError } from '../../../core/errors.ts';
import type { PushedEvent } from '../../../pipeline/ports/push-port.ts';
import { EventValidator } from '../../../push/event-validator.ts';
import { PushMemory } from '../../../push/memory.ts';
import { SpareBuffers } from '../../../push/receiving-buffers.ts';
import { receiveBatch } from '../../../push/received-batch.ts';
import { PushRefusal } from '../../../push/refusal.ts';
import { PREVIEW_EVENTS_BYTES_MAX } from '../../limits.ts';

/** Sample events after the checks of a push. */
interface SampleEvents {
  readonly events: readonly PushedEvent[];
  /** The position of each refused event, from 1, with the reason. */
  readonly rejected: readonly { readonly row: number; readonly reason: string }[];
}

/**
 * Checks sample events as the push API checks pushed ones. A text that begins with a bracket, or that is one object, is JSON;
 * other text is NDJSON.
 * @throws BridgeError PREVIEW_EVENTS_INVALID
 */
export async function sampleEvents(connector: Connector, text: string): Promise<SampleEvents> {
  const share = new PushMemory(BOUNDS).share(connector.metadata.name);
  const format = isJson(text) ? 'json' : 'ndjson';
  try {
    const body = singleChunk(Buffer.from(text));
    const validator = new EventValidator(connector);
    const received = await receiveBatch(format, body, validator, share, new SpareBuffers().take());
    return {
      events: received.events.bytes.toString('utf8').split('\n').filter(isLine).map(eventOf),
      rejected: received.errors.map(({ index, reason }) => ({ row: index + 1, reason })),
    };
  } catch (thrown) {
    if (!(thrown instanceof PushRefusal)) throw thrown;
    throw new BridgeError('PREVIEW_EVENTS_INVALID', `The sample events cannot be read: ${thrown.message}`, {
      hint: thrown.hint ?? 'Write one JSON object, a list of objects, or one object in each line.',
    });
  }
}

const BOUNDS = {
  memoryBytes: 8 * PREVIEW_EVENTS_BYTES_MAX,
  connectorMemoryBytes: 8 * PREVIEW_EVENTS_BYTES_MAX,
};

function isJson(text: string): boolean {
  if (text.trimStart().startsWith('[')) return true;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

// eslint-disable-next-line @typescript-eslint/require-await -- The body of a push is a stream.
async function* singleChunk(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}

function isLine(line: string): boolean {
  return line !== '';
}

/** Parses a line of `PackedEvents`: the operation, the id as JSON and the document, separated by tabs. */
function eventOf(line: string): PushedEvent {
  const [op, id = '""', document = ''] = line.split('\t');
  const docId = String(JSON.parse(id));
  return op === 'DELETE' ? { docId, op, document: null } : { docId, op: 'UPSERT', document };
}
