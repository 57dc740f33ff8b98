import type { Duplex } from 'node:stream';
import { PacedOutput } from '../wire/paced-output.ts';
import { TtcWriter } from './ttc-writer.ts';

export const PacketType = { connect: 1, accept: 2, refuse: 4, data: 6, marker: 12 } as const;

/** The kinds of markers: break, reset, and the client's interrupt. */
export const Marker = { stop: 1, reset: 2, interrupt: 3 } as const;

export const DataFlag = { endOfFile: 0x0040, endOfRequest: 0x0800 } as const;

export const HEADER_BYTES = 8;
/** A data packet has flags after its header. */
export const DATA_START = 10;
/** The longest packet that client and server agree on. */
export const PACKET_BYTES = 8_192;

/** No request of a client is longer, so that one that never ends is noticed. */
export const REQUEST_MAX_BYTES = 64 * 1024 * 1024;

export interface Packet {
  readonly type: number;
  /** With the header. */
  readonly bytes: Buffer;
}

/** Makes packets of the bytes that come in. Their lengths have two bytes until the connection is accepted, then four. */
export class PacketReader {
  longLengths = false;
  #rest: Buffer = Buffer.alloc(0);

  *read(chunk: Buffer): Generator<Packet> {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    while (this.#rest.length >= HEADER_BYTES) {
      const length = this.longLengths ? this.#rest.readUInt32BE() : this.#rest.readUInt16BE();
      if (length < HEADER_BYTES || length > REQUEST_MAX_BYTES) {
        throw new RangeError(`A packet of ${length} bytes cannot be.`);
      }
      if (this.#rest.length < length) return;
      const bytes = this.#rest.subarray(0, length);
      this.#rest = this.#rest.subarray(length);
      yield { type: bytes.readUInt8(4), bytes };
    }
  }
}

/** Sends answers in data packets, of which it keeps no more than what does not fill one. */
export class AnswerWriter {
  /** Where messages go. */
  readonly messages = new TtcWriter();
  readonly #output: PacedOutput;

  constructor(stream: Duplex) {
    this.#output = new PacedOutput(stream);
  }

  /** Sends what fills packets; resolves when the client has room for more. */
  async flush(): Promise<void> {
    const room = PACKET_BYTES - DATA_START;
    while (this.messages.length > room) await this.#data(this.messages.take(room));
  }

  /** Sends all of it. That the answer ends is in the messages themselves. */
  async end(): Promise<void> {
    await this.flush();
    if (this.messages.length > 0) await this.#data(this.messages.take());
  }

  async marker(what: number): Promise<void> {
    const bytes = header(PacketType.marker, HEADER_BYTES + 3);
    await this.#output.write(Buffer.concat([bytes, Buffer.from([1, 0, what])]));
  }

  async #data(body: Buffer): Promise<void> {
    const bytes = header(PacketType.data, DATA_START + body.length);
    await this.#output.write(Buffer.concat([bytes, Buffer.alloc(2), body]));
  }
}

/** The header of a packet after the connection is accepted. */
function header(type: number, length: number): Buffer {
  const bytes = Buffer.alloc(HEADER_BYTES);
  bytes.writeUInt32BE(length, 0);
  bytes.writeUInt8(type, 4);
  return bytes;
}
