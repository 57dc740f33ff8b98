import type { Writable } from 'node:stream';

/**
 * The number of rows per fetch. Memory does not depend on it, because the socket stops when batches are full. Each fetch costs a
 * round trip, and cancelling does not wait for a fetch.
 */
const FETCH_ROWS = 50_000;

const BIND = 0x42;
const LENGTH_BYTES = 4;

/** The form in which the server sends the values of a column. */
export const TEXT_FORMAT = 0;
export const BINARY_FORMAT = 1;

/** The messages of the driver's connection that a query sends. */
interface QueryConnection {
  readonly stream: Pick<Writable, 'write'>;
  parse(query: { readonly text: string; readonly name: string; readonly types: [] }, more: boolean): void;
  execute(portal: { readonly portal: string; readonly rows: string }, more: boolean): void;
  close(portal: { readonly type: string; readonly name: string }, more: boolean): void;
  flush(): void;
  sync(): void;
}

/**
 * A query whose rows are taken from the socket, before the driver sees them. The driver's own queries and cursors have the same
 * format for all columns.
 */
export class RowQuery {
  /** Resolves after the last row. It rejects with the driver's errors. */
  readonly done: Promise<void>;
  readonly #text: string;
  readonly #bind: Buffer;
  #connection: QueryConnection | undefined;
  #resolve: () => void = () => undefined;
  #reject: (error: Error) => void = () => undefined;

  /** @param formats the format of each column; none if all are text */
  constructor(text: string, values: readonly string[], formats: readonly number[]) {
    this.#text = text;
    this.#bind = bindMessage(values, formats);
    this.done = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  submit(connection: QueryConnection): void {
    this.#connection = connection;
    connection.parse({ text: this.#text, name: '', types: [] }, true);
    connection.stream.write(this.#bind);
    this.#fetch();
  }

  handlePortalSuspended(): void {
    this.#fetch();
  }

  handleCommandComplete(): void {
    this.#connection?.close({ type: 'P', name: '' }, true);
    this.#connection?.sync();
  }

  handleEmptyQuery(): void {
    this.#connection?.sync();
  }

  handleReadyForQuery(): void {
    this.#resolve();
  }

  handleError(error: Error): void {
    this.#reject(error);
    // After an error, the server ignores every message until this one.
    this.#connection?.sync();
  }

  #fetch(): void {
    this.#connection?.execute({ portal: '', rows: String(FETCH_ROWS) }, true);
    this.#connection?.flush();
  }
}

/** The Bind message of the unnamed portal and statement. */
function bindMessage(values: readonly string[], formats: readonly number[]): Buffer {
  const numbers = (all: readonly number[]): Buffer => {
    const bytes = Buffer.alloc(2 * all.length);
    all.forEach((value, index) => bytes.writeUInt16BE(value, 2 * index));
    return bytes;
  };
  const parameters = values.map((value) => {
    const length = Buffer.alloc(LENGTH_BYTES);
    length.writeInt32BE(Buffer.byteLength(value));
    return Buffer.concat([length, Buffer.from(value)]);
  });
  // Two empty names; no format for any parameter means text for all.
  const body = Buffer.concat([
    Buffer.alloc(2),
    numbers([0, values.length]),
    ...parameters,
    numbers([formats.length, ...formats]),
  ]);
  const header = Buffer.alloc(1 + LENGTH_BYTES);
  header[0] = BIND;
  header.writeInt32BE(LENGTH_BYTES + body.length, 1);
  return Buffer.concat([header, body]);
}
