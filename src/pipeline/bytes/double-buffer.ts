/** Gathers bytes in one buffer while another is being written, in order. After a failed write everything rejects with it. */
export interface DoubleBuffer {
  /** Bytes that can still be gathered. */
  room(): number;
  /** Copies `source[start .. end)`, for which there must be room. */
  gather(source: Buffer, start: number, end: number): void;
  /** Starts to write what was gathered; resolves when more can be gathered, which may be before it is written. */
  flush(): Promise<void>;
  /** Writes bytes that were never gathered, after all that was flushed. */
  pass(bytes: Uint8Array): Promise<void>;
  /** Resolves when all that was flushed is written. */
  drained(): Promise<void>;
}

export function createDoubleBuffer(size: number, write: (bytes: Uint8Array) => Promise<void>): DoubleBuffer {
  let filling = Buffer.allocUnsafe(size);
  let spare = Buffer.allocUnsafe(size);
  let filled = 0;
  let newest = Promise.resolve();

  function queue(bytes: Uint8Array): Promise<void> {
    newest = newest.then(() => write(bytes));
    // Whoever waits next learns of a failure; until then it is not unhandled.
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
