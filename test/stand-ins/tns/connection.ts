import type { Duplex } from 'node:stream';
import { Interrupted, Interruption } from '../wire/interruption.ts';
import { Disconnected } from '../wire/paced-output.ts';
import type { TnsService } from './account.ts';
import { acceptPacket, connectRequest, readConnect, refusePacket, type ConnectRequest } from './connect.ts';
import {
  AnswerWriter,
  DATA_START,
  DataFlag,
  HEADER_BYTES,
  Marker,
  PacketReader,
  PacketType,
  REQUEST_MAX_BYTES,
  type Packet,
} from './packets.ts';
import { Session } from './session.ts';

export interface Listener extends TnsService {
  /** The number of the error with which a client is turned away at the door, if it is. */
  readonly refuseConnection: (request: ConnectRequest) => number | undefined;
}

const MARKER_DATA = 10;

/** One client, from its first packet on. */
export class Connection {
  readonly #listener: Listener;
  readonly #stream: Duplex;
  readonly #packets = new PacketReader();
  readonly #answer: AnswerWriter;
  readonly #session: Session;
  #request: Buffer[] = [];
  #requestBytes = 0;
  /** The sequence number of the latest request. */
  #interruption = new Interruption();
  #work: Promise<void> = Promise.resolve();

  constructor(stream: Duplex, listener: Listener) {
    this.#listener = listener;
    this.#stream = stream;
    this.#answer = new AnswerWriter(stream);
    this.#session = new Session(listener, this.#answer, () => {
      stream.destroy();
    });
  }

  begin(): void {
    // 'close' follows, and is all that matters.
    this.#stream.on('error', () => undefined);
    this.#stream.on('close', () => {
      this.#interruption.interrupt();
      this.#session.close();
    });
    this.#stream.on('data', (chunk: Buffer) => {
      try {
        for (const packet of this.#packets.read(chunk)) this.#receive(packet);
      } catch {
        this.#stream.destroy();
      }
    });
  }

  #receive({ type, bytes }: Packet): void {
    if (type === PacketType.connect) this.#connect(readConnect(bytes));
    else if (type === PacketType.marker) this.#marker(bytes.readUInt8(MARKER_DATA));
    else if (type !== PacketType.data) this.#stream.destroy();
    else if (this.#packets.longLengths) this.#data(bytes);
    // What was too long for the packet before.
    else this.#connect(connectRequest(bytes.toString('ascii', DATA_START)));
  }

  #connect(request: ConnectRequest | undefined): void {
    if (request === undefined) return;
    const refusal = this.#listener.refuseConnection(request);
    if (refusal !== undefined) {
      this.#stream.end(refusePacket(refusal));
      return;
    }
    this.#session.connectedTo(request.service ?? request.sid ?? '');
    this.#packets.longLengths = true;
    this.#stream.write(acceptPacket());
  }

  #data(bytes: Buffer): void {
    const flags = bytes.readUInt16BE(HEADER_BYTES);
    if ((flags & DataFlag.endOfFile) !== 0) {
      this.#stream.end();
      return;
    }
    this.#request.push(bytes.subarray(DATA_START));
    this.#requestBytes += bytes.length;
    if (this.#requestBytes > REQUEST_MAX_BYTES) throw new RangeError('A request has no end.');
    if ((flags & DataFlag.endOfRequest) === 0) return;
    const request = Buffer.concat(this.#request);
    this.#request = [];
    this.#requestBytes = 0;
    const interruption = new Interruption();
    this.#interruption = interruption;
    this.#then(() => this.#session.serve(request, interruption));
  }

  /** A client that wants to stop sends a break, gets one, sends a reset, and gets the outcome of its request. */
  #marker(what: number): void {
    // Also with a reset: a client may have said stop before it sent the request that it means.
    this.#interruption.interrupt();
    if (what === Marker.reset) {
      this.#then(async () => {
        await this.#answer.marker(Marker.reset);
        await this.#session.cancelled();
      });
      return;
    }
    this.#then(() => this.#answer.marker(Marker.stop));
  }

  /** One after the other. */
  #then(work: () => Promise<void>): void {
    this.#work = this.#work.then(work).catch((error: unknown) => {
      // What the client does not want any more it must not get.
      this.#answer.messages.cutTo(0);
      if (!(error instanceof Interrupted || error instanceof Disconnected)) this.#stream.destroy();
    });
  }
}
