import type { Duplex } from 'node:stream';
import { ByteWriter } from '../wire/byte-writer.ts';
import { PacedOutput } from '../wire/paced-output.ts';

/** What a message is. */
export const PacketType = {
  batch: 0x01,
  rpc: 0x03,
  response: 0x04,
  attention: 0x06,
  accessToken: 0x08,
  transaction: 0x0e,
  login: 0x10,
  prelogin: 0x12,
} as const;

export const HEADER_BYTES = 8;
const END_OF_MESSAGE = 0x01;
const IGNORED = 0x02;
const RESET = 0x18;

/** Before the login has settled on another. */
export const FIRST_PACKET_BYTES = 4_096;

/** Longer than any message that the stand-in takes, so that a client that never ends one is noticed. */
const MESSAGE_MAX_BYTES = 64 * 1024 * 1024;

/** What a client sent, put together from its packets. */
export interface Message {
  readonly type: number;
  readonly body: Buffer;
  /** Taken back by the client before it was whole. */
  readonly ignored: boolean;
  /** The client wants its session as new. */
  readonly reset: boolean;
}

/** Makes messages of the bytes that come in, wherever they are cut. */
export class MessageReader {
  #rest: Buffer = Buffer.alloc(0);
  #parts: Buffer[] = [];
  #bytes = 0;

  /** Part of a message has come, but not all. */
  get midway(): boolean {
    return this.#rest.length > 0 || this.#parts.length > 0;
  }

  *read(chunk: Buffer): Generator<Message> {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    for (;;) {
      if (this.#rest.length < HEADER_BYTES) return;
      const length = this.#rest.readUInt16BE(2);
      if (length < HEADER_BYTES) throw new RangeError(`A packet of ${length} bytes cannot be.`);
      if (this.#rest.length < length) return;
      const packet = this.#rest.subarray(0, length);
      this.#rest = this.#rest.subarray(length);
      this.#parts.push(packet.subarray(HEADER_BYTES));
      this.#bytes += length;
      if (this.#bytes > MESSAGE_MAX_BYTES) throw new RangeError('A message has no end.');
      const status = packet.readUInt8(1);
      if ((status & END_OF_MESSAGE) === 0) continue;
      const body = Buffer.concat(this.#parts);
      this.#parts = [];
      this.#bytes = 0;
      yield {
        type: packet.readUInt8(0),
        body,
        ignored: (status & IGNORED) !== 0,
        reset: (status & RESET) !== 0,
      };
    }
  }
}

/** One packet, header and all. */
export function packet(type: number, id: number, body: Uint8Array, last: boolean): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt8(type, 0);
  header.writeUInt8(last ? END_OF_MESSAGE : 0, 1);
  header.writeUInt16BE(body.length + HEADER_BYTES, 2);
  header.writeUInt8(id & 0xff, 6);
  return Buffer.concat([header, body]);
}

/** Sends responses, of which it keeps no more than what does not fill a packet. */
export class ResponseWriter {
  /** Where tokens go. */
  readonly tokens = new ByteWriter();
  packetBytes = FIRST_PACKET_BYTES;
  readonly #output: PacedOutput;
  #id = 0;

  constructor(stream: Duplex) {
    this.#output = new PacedOutput(stream);
  }

  /** Sends what fills packets; resolves when the client has room for more. */
  async flush(): Promise<void> {
    const room = this.packetBytes - HEADER_BYTES;
    while (this.tokens.length > room) {
      await this.#output.write(packet(PacketType.response, ++this.#id, this.tokens.take(room), false));
    }
  }

  /** Sends all of it, as the end of the message. */
  async end(): Promise<void> {
    await this.flush();
    await this.#output.write(packet(PacketType.response, ++this.#id, this.tokens.take(), true));
  }
}
