import { Socket, type ConnectOpts, type SocketConstructorOpts } from 'node:net';
import { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import type { PostgresTls } from '../../net/postgres/address.ts';
import { agreeOnTls } from '../../net/postgres/tls.ts';
import { asError } from '../../core/thrown.ts';
import { RECEIVE_BYTES, RECEIVE_PAUSE_MS } from '../limits.ts';
import { PostgresRowTap } from './row-tap.ts';

/**
 * The connection that the driver uses: a socket that negotiates TLS by itself, as the connection string's `sslmode` requires,
 * and that extracts rows from the stream for `tap.rows`. When their batches are full it stops reading, and the server stops
 * sending. That limits memory, whatever the size of the rows.
 */
export class PostgresSocket extends Duplex {
  readonly tap = new PostgresRowTap((bytes) => this.push(bytes));
  readonly #tls: PostgresTls;
  readonly #tcp: Socket;
  #stream: Socket;
  #isAgreed = false;
  /** Received bytes for which there is no room yet. */
  #carry: Buffer | undefined;
  #pause: NodeJS.Timeout | undefined;

  constructor(tls: PostgresTls) {
    super();
    this.#tls = tls;
    // Otherwise Node makes a buffer for every 64 KiB, and 800 MB cost 0.4 s of processor time in place of 0.24.
    const oneBuffer: SocketConstructorOpts & ConnectOpts = {
      onread: {
        buffer: Buffer.allocUnsafe(RECEIVE_BYTES),
        callback: (length, bytes) => this.#read(bytes.subarray(0, length)),
      },
    };
    this.#tcp = new Socket(oneBuffer);
    this.#stream = this.#tcp;
  }

  /** Has the signature of `net.Socket`. The driver passes only a path for a Unix socket. */
  connect(place: number | string, host = ''): this {
    this.#tcp.once('error', (error) => this.destroy(error));
    this.#tcp.once('connect', () => {
      agreeOnTls(this.#tcp, typeof place === 'string' ? place : host, this.#tls).then(
        (stream) => {
          this.#start(stream);
        },
        (error: unknown) => this.destroy(asError(error)),
      );
    });
    if (typeof place === 'string') this.#tcp.connect(place);
    else this.#tcp.connect(place, host);
    return this;
  }

  setNoDelay(enabled?: boolean): this {
    this.#tcp.setNoDelay(enabled);
    return this;
  }

  setKeepAlive(enabled?: boolean, delayMs?: number): this {
    this.#tcp.setKeepAlive(enabled, delayMs);
    return this;
  }

  /** The certificate of the server, to which the driver binds a login; empty without TLS. */
  getPeerCertificate(): object {
    return this.#stream instanceof TLSSocket ? this.#stream.getPeerCertificate() : {};
  }

  ref(): this {
    this.#tcp.ref();
    return this;
  }

  unref(): this {
    this.#tcp.unref();
    return this;
  }

  /** Resumes reading after the batches were full. */
  resumeRows(): void {
    const carry = this.#carry;
    this.#carry = undefined;
    if (carry === undefined || this.#receive(carry)) this.#readOn();
  }

  override _read(): void {
    // Messages to the driver are few and small. Rows have their own way to pause the stream.
  }

  override _write(chunk: Buffer, encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#stream.write(chunk, encoding, done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#stream.end(done);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    clearTimeout(this.#pause);
    this.#stream.destroy();
    this.#tcp.destroy();
    done(error);
  }

  #start(stream: Socket): void {
    this.#stream = stream;
    this.#isAgreed = true;
    if (stream !== this.#tcp) stream.on('data', (chunk: Buffer) => this.#read(chunk));
    stream.on('error', (error) => this.destroy(error));
    stream.on('end', () => this.push(null));
    stream.on('close', () => this.destroy());
    // The stream was paused after the server's response about TLS.
    stream.resume();
    this.emit('connect');
  }

  /**
   * Before the two sides agree on TLS, the response of the server is an event, as on every socket.
   * @param chunk valid until this returns, or until reading resumes
   * @returns whether to read on
   */
  #read(chunk: Uint8Array): boolean {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
    if (!this.#isAgreed) {
      this.#tcp.emit('data', Buffer.from(bytes));
      return true;
    }
    // A login that another listener refused ends here. Otherwise the driver would take the remaining bytes for a success.
    if (this.#stream.destroyed) return true;
    return this.#receive(bytes) && this.#gatherMore(bytes.length);
  }

  #readOn(): void {
    clearTimeout(this.#pause);
    this.#pause = undefined;
    this.#stream.resume();
  }

  /** Pauses reading for a moment if the socket was emptied while rows arrive. @returns whether to read on */
  #gatherMore(received: number): boolean {
    if (this.tap.rows === undefined || received === RECEIVE_BYTES || this.#stream !== this.#tcp) return true;
    this.#stream.pause();
    this.#pause = setTimeout(() => {
      this.#readOn();
    }, RECEIVE_PAUSE_MS);
    return false;
  }

  /** @returns false when there was no room for all bytes, and reading has stopped. */
  #receive(chunk: Buffer): boolean {
    const used = this.tap.accept(chunk);
    if (used === chunk.length) return true;
    this.#carry = chunk.subarray(used);
    this.#stream.pause();
    return false;
  }
}
