/** Buffers bytes while another buffer is being written, in order. After a failed write, all calls reject with its error. */
export interface DoubleBuffer {
  /** Returns how many more bytes can be buffered. */
  room(): number;
  /** Copies `source[start .. end)` to the buffer, which must have room for it. */
  gather(source: Buffer, start: number, end: number): void;
  /** Starts to write the buffered bytes; resolves when more can be buffered, which may be before they are written. */
  flush(): Promise<void>;
  /** Writes bytes directly, after everything that was flushed. */
  pass(bytes: Uint8Array): Promise<void>;
  /** Resolves when everything that was flushed is written. */
  drained(): Promise<void>;
}

export function createDoubleBuffer(size: number, write: (bytes: Uint8Array) => Promise<void>): DoubleBuffer {
  let filling = Buffer.allocUnsafe(size);
  let spare = Buffer.allocUnsafe(size);
  let filled = 0;
  let newest = Promise.resolve();

  function queue(bytes: Uint8Array): Promise<void> {
    newest = newest.then(() => write(bytes));
    // The next caller that waits receives the failure. Until then it must not count as an unhandled rejection.
    newest.catch(() => undefined);
    return newest;
  }

  return {
    room: () => size - filled,
    gather(source, start, end) {
      source.copy(filling, filled, start, end);
      filled += end - start;
    },
    flush() {
      const spareIsFree = newest;
      void queue(filling.subarray(0, filled));
      [filling, spare] = [spare, filling];
      filled = 0;
      return spareIsFree;
    },
    pass: queue,
    drained: () => newest,
  };
}
