import { Socket, isIP } from 'node:net';
import { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import { readFile } from 'node:fs/promises';
import { asError } from '../network-errors.ts';
import { PostgresRowTap } from './row-tap.ts';
import type { PostgresTls } from './dsn.ts';

/** An SSLRequest: its length, and the number that stands for it. */
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);
const ANSWER_YES = 0x53;

/**
 * The connection as the driver sees it: a socket that has agreed on TLS by itself, as the connection string's `sslmode`
 * demands, and that takes rows out of the stream for `tap.rows`. When their batches are full it stops reading, and the
 * server stops sending: that bounds memory, whatever the size of the rows.
 */
export class PostgresSocket extends Duplex {
  readonly tap = new PostgresRowTap((bytes) => this.push(bytes));
  readonly #tls: PostgresTls;
  #tcp = new Socket();
  #stream: Socket = this.#tcp;
  /** Received, and no room for it yet. */
  #carry: Buffer | undefined;

  constructor(tls: PostgresTls) {
    super();
    this.#tls = tls;
  }

  /** As `net.Socket` has it; the driver calls it. */
  connect(port: number, host: string): this {
    this.#tcp.once('error', (error) => this.destroy(error));
    this.#tcp.once('connect', () => {
      this.#secure(host).then(
        (stream) => {
          this.#start(stream);
        },
        (error: unknown) => this.destroy(asError(error)),
      );
    });
    this.#tcp.connect(port, host);
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

  ref(): this {
    this.#tcp.ref();
    return this;
  }

  unref(): this {
    this.#tcp.unref();
    return this;
  }

  /** Goes on reading after the batches were full. */
  resumeRows(): void {
    const carry = this.#carry;
    this.#carry = undefined;
    if (carry === undefined || this.#receive(carry)) this.#stream.resume();
  }

  override _read(): void {
    // Messages to the driver are few and small; rows, which are neither, have their own way to stop the stream.
  }

  override _write(chunk: Buffer, encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#stream.write(chunk, encoding, done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#stream.end(done);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#stream.destroy();
    this.#tcp.destroy();
    done(error);
  }

  #start(stream: Socket): void {
    this.#stream = stream;
    stream.on('data', (chunk: Buffer) => {
      this.#receive(chunk);
    });
    stream.on('error', (error) => this.destroy(error));
    stream.on('end', () => this.push(null));
    stream.on('close', () => this.destroy());
    // Paused since the server's answer about TLS.
    stream.resume();
    this.emit('connect');
  }

  /** @returns false when there was no room for all of it, and reading has stopped. */
  #receive(chunk: Buffer): boolean {
    const used = this.tap.accept(chunk);
    if (used === chunk.length) return true;
    this.#carry = chunk.subarray(used);
    this.#stream.pause();
    return false;
  }

  async #secure(host: string): Promise<Socket> {
    const { mode } = this.#tls;
    if (mode === 'disable') return this.#tcp;
    this.#tcp.write(SSL_REQUEST);
    const answer = await firstByte(this.#tcp);
    if (answer !== ANSWER_YES) {
      if (mode === 'prefer') return this.#tcp;
      throw new Error('The server does not support SSL connections');
    }
    const options = {
      socket: this.#tcp,
      // The name to check; without it, Node would check an address as if it were localhost.
      host,
      ...(isIP(host) === 0 ? { servername: host } : {}),
      ...(await certificates(this.#tls)),
      rejectUnauthorized: mode === 'verify-ca' || mode === 'verify-full',
      // verify-ca trusts whoever the authority signed, under any name.
      ...(mode === 'verify-full' ? {} : { checkServerIdentity: () => undefined }),
    };
    return new Promise((resolve, reject) => {
      const secure = connectTls(options, () => {
        secure.off('error', reject);
        resolve(secure);
      });
      secure.once('error', reject);
    });
  }
}

function firstByte(socket: Socket): Promise<number> {
  return new Promise((resolve, reject) => {
    const closed = (): void => {
      reject(new Error('Connection terminated unexpectedly'));
    };
    socket.once('close', closed);
    socket.once('data', (data) => {
      socket.off('close', closed);
      socket.pause();
      // Anything after the answer was sent before encryption began, so somebody else may have put it there.
      if (data.length === 1) resolve(data[0] ?? 0);
      else reject(new Error('The server sent data before the TLS handshake'));
    });
  });
}

async function certificates({ caFile, certFile, keyFile }: PostgresTls) {
  return {
    ...(caFile === undefined ? {} : { ca: await readFile(caFile) }),
    ...(certFile === undefined ? {} : { cert: await readFile(certFile) }),
    ...(keyFile === undefined ? {} : { key: await readFile(keyFile) }),
  };
}
