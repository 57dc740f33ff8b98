import { PUSH_BUFFER_KEPT_BYTES_MAX, PUSH_BUFFERS_KEPT } from './limits.ts';
import { ByteWriter } from '../pipeline/bytes/byte-writer.ts';
import { PackedEvents } from './events/packed-events.ts';

const BODY_BYTES_TYPICAL = 16_384;

/** The buffers that one push is received in. */
export interface ReceivingBuffers {
  /** A body that is collected before it is read. */
  readonly body: ByteWriter;
  readonly events: PackedEvents;
}

/** Keeps buffers for the next push. Allocating large buffers each time triggers more frequent full garbage collections. */
export class SpareBuffers {
  readonly #spare: ReceivingBuffers[] = [];

  take(): ReceivingBuffers {
    return this.#spare.pop() ?? { body: new ByteWriter(BODY_BYTES_TYPICAL), events: new PackedEvents() };
  }

  /** Takes back the buffers of a push when they are no longer read. */
  giveBack(buffers: ReceivingBuffers): void {
    const { body, events } = buffers;
    const bytes = Math.max(body.bytes.length, events.capacity);
    if (bytes > PUSH_BUFFER_KEPT_BYTES_MAX || this.#spare.length >= PUSH_BUFFERS_KEPT) return;
    body.length = 0;
    events.clear();
    this.#spare.push(buffers);
  }
}
