import { Duplex } from 'node:stream';
import type { Socket } from 'node:net';
import { FIRST_PACKET_BYTES, HEADER_BYTES, MessageReader, packet, PacketType } from './packets.ts';

/**
 * The wire below TLS, as TDS 7 has it: the handshake travels inside PRELOGIN messages, what comes after it does not. The
 * client is the first to send without, so its first byte that begins no packet shows that the handshake is over.
 */
export class WrappedTls extends Duplex {
  readonly #socket: Socket;
  readonly #messages = new MessageReader();
  #handshaking = true;

  constructor(socket: Socket) {
    super();
    this.#socket = socket;
    socket.on('data', (chunk) => {
      this.#receive(chunk);
    });
    socket.on('close', () => this.destroy());
    socket.on('error', () => this.destroy());
    socket.on('end', () => this.push(null));
  }

  override _read(): void {
    this.#socket.resume();
  }

  /** All that TLS has to say at once goes into one message: the client reads one and then answers. */
  override _writev(chunks: { chunk: Buffer }[], done: (error?: Error | null) => void): void {
    const bytes = Buffer.concat(chunks.map(({ chunk }) => chunk));
    const sent = this.#handshaking ? wrapped(bytes) : bytes;
    if (this.#socket.write(sent)) done();
    else this.#socket.once('drain', done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#socket.destroy();
    done(error);
  }

  #receive(chunk: Buffer): void {
    if (this.#handshaking && chunk[0] !== PacketType.prelogin && !this.#messages.midway)
      this.#handshaking = false;
    const parts = this.#handshaking ? [...this.#messages.read(chunk)].map(({ body }) => body) : [chunk];
    for (const part of parts) {
      if (!this.push(part)) this.#socket.pause();
    }
  }
}

function wrapped(bytes: Buffer): Buffer {
  const room = FIRST_PACKET_BYTES - HEADER_BYTES;
  const packets: Buffer[] = [];
  for (let start = 0; start < bytes.length; start += room) {
    const part = bytes.subarray(start, start + room);
    packets.push(packet(PacketType.prelogin, packets.length + 1, part, start + room >= bytes.length));
  }
  return Buffer.concat(packets);
}
