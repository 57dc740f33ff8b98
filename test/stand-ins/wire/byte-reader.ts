/** A walk through received bytes. Every step past the end throws a RangeError: the message is shorter than it says. */
export class ByteReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get more(): boolean {
    return this.#at < this.#bytes.length;
  }

  take(bytes: number): Buffer {
    const end = this.#at + bytes;
    if (end > this.#bytes.length) {
      throw new RangeError(`${bytes} bytes are expected where ${this.#bytes.length - this.#at} are left.`);
    }
    const taken = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return taken;
  }

  /** All that is left. */
  rest(): Buffer {
    return this.take(this.#bytes.length - this.#at);
  }

  skip(bytes: number): void {
    this.take(bytes);
  }

  u8(): number {
    return this.take(1).readUInt8();
  }

  u16le(): number {
    return this.take(2).readUInt16LE();
  }

  u16be(): number {
    return this.take(2).readUInt16BE();
  }

  u24le(): number {
    return this.take(3).readUIntLE(0, 3);
  }

  u32le(): number {
    return this.take(4).readUInt32LE();
  }

  i16le(): number {
    return this.take(2).readInt16LE();
  }

  i32le(): number {
    return this.take(4).readInt32LE();
  }

  u64le(): bigint {
    return this.take(8).readBigUInt64LE();
  }

  i64le(): bigint {
    return this.take(8).readBigInt64LE();
  }

  /** Text in UTF-16, little-endian, of this number of code units. */
  utf16(units: number): string {
    return this.take(units * 2).toString('utf16le');
  }
}
