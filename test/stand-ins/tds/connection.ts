import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { Interruption } from '../wire/interruption.ts';
import { Encryption, preloginAnswer, readPrelogin, type Prelogin } from './login.ts';
import { MessageReader, PacketType, type Message } from './packets.ts';
import { Session, type TdsService } from './session.ts';
import { secure } from './tls-server.ts';
import { WrappedTls } from './wrapped-tls.ts';

/** With this byte TLS begins, and no TDS. */
const TLS_HANDSHAKE = 0x16;

/** One client's socket: what comes over it, in clear or in TLS, goes to its session message by message. */
export class Connection {
  readonly #service: TdsService;
  readonly #socket: Socket;
  readonly #session: Session;
  /** The number of the latest message. */
  #interruption = new Interruption();
  #work: Promise<void> = Promise.resolve();

  constructor(socket: Socket, service: TdsService) {
    this.#service = service;
    this.#socket = socket;
    this.#session = new Session(socket, service);
  }

  begin(): void {
    this.#socket.on('close', () => {
      this.#interruption.interrupt();
    });
    // 'close' follows, and is all that matters.
    this.#socket.on('error', () => undefined);
    this.#socket.once('data', (first: Buffer) => {
      this.#greet(first);
    });
  }

  #greet(first: Buffer): void {
    const { certificates, encryption } = this.#service;
    if (first[0] !== TLS_HANDSHAKE) {
      if (encryption === 'tds8') this.#socket.destroy();
      else this.#listen(this.#socket, first);
      return;
    }
    if (certificates === undefined) {
      this.#socket.destroy();
      return;
    }
    this.#socket.pause();
    this.#socket.unshift(first);
    secure(this.#socket, certificates, 'tds8', (stream) => {
      this.#session.encrypted('tds8', stream);
      this.#listen(stream);
    });
  }

  #listen(stream: Duplex, first?: Buffer): void {
    const messages = new MessageReader();
    const receive = (chunk: Buffer) => {
      try {
        for (const message of messages.read(chunk)) this.#receive(message);
      } catch {
        this.#socket.destroy();
      }
    };
    stream.on('data', receive);
    stream.on('error', () => this.#socket.destroy());
    if (first !== undefined) receive(first);
  }

  /** Handles one message after the other, but receives an attention while a message is being handled. */
  #receive(message: Message): void {
    if (message.type === PacketType.attention) this.#interruption.interrupt();
    const interruption = new Interruption();
    this.#interruption = interruption;
    this.#work = this.#work.then(async () => {
      if (message.type === PacketType.prelogin) await this.#prelogin(readPrelogin(message.body));
      else await this.#session.serve(message, interruption);
    });
    this.#work.catch(() => this.#socket.destroy());
  }

  async #prelogin(wanted: Prelogin): Promise<void> {
    const { certificates } = this.#service;
    const response = this.#session.response;
    const encryption =
      this.#session.encryption === 'none' ? this.#encryptionFor(wanted) : Encryption.notSupported;
    if (encryption === Encryption.on && certificates !== undefined) {
      // From the answer on the client speaks TLS, so what listens has to change before it.
      this.#socket.removeAllListeners('data');
      secure(new WrappedTls(this.#socket), certificates, 'tds7', (stream) => {
        this.#session.encrypted('tls', stream);
        this.#listen(stream);
      });
    }
    response.writer.tokens.raw(preloginAnswer({ encryption, accessToken: wanted.accessToken }));
    await response.writer.end();
  }

  #encryptionFor(wanted: Prelogin): number {
    const { certificates, encryption } = this.#service;
    if (certificates === undefined) return Encryption.notSupported;
    if (wanted.encryption === Encryption.on || wanted.encryption === Encryption.required)
      return Encryption.on;
    return encryption === 'required' ? Encryption.required : Encryption.notSupported;
  }
}
