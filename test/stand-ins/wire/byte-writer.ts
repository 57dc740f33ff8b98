/** Bytes in the making. Grows as it must; `take` hands out what is at its front. */
export class ByteWriter {
  #buffer = Buffer.allocUnsafe(8_192);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  u8(value: number): this {
    this.#buffer[this.#extend(1)] = value & 0xff;
    return this;
  }

  u16le(value: number): this {
    const at = this.#extend(2);
    this.#buffer.writeUInt16LE(value, at);
    return this;
  }

  u16be(value: number): this {
    const at = this.#extend(2);
    this.#buffer.writeUInt16BE(value, at);
    return this;
  }

  u24le(value: number): this {
    const at = this.#extend(3);
    this.#buffer.writeUIntLE(value, at, 3);
    return this;
  }

  u32le(value: number): this {
    const at = this.#extend(4);
    this.#buffer.writeUInt32LE(value, at);
    return this;
  }

  u32be(value: number): this {
    const at = this.#extend(4);
    this.#buffer.writeUInt32BE(value, at);
    return this;
  }

  i16le(value: number): this {
    const at = this.#extend(2);
    this.#buffer.writeInt16LE(value, at);
    return this;
  }

  i32le(value: number): this {
    const at = this.#extend(4);
    this.#buffer.writeInt32LE(value, at);
    return this;
  }

  i64le(value: bigint): this {
    const at = this.#extend(8);
    this.#buffer.writeBigInt64LE(value, at);
    return this;
  }

  u64le(value: bigint): this {
    const at = this.#extend(8);
    this.#buffer.writeBigUInt64LE(value, at);
    return this;
  }

  f32le(value: number): this {
    const at = this.#extend(4);
    this.#buffer.writeFloatLE(value, at);
    return this;
  }

  f64le(value: number): this {
    const at = this.#extend(8);
    this.#buffer.writeDoubleLE(value, at);
    return this;
  }

  raw(bytes: Uint8Array): this {
    const at = this.#extend(bytes.length);
    this.#buffer.set(bytes, at);
    return this;
  }

  /** In the encoding of TDS: UTF-16, little-endian. */
  utf16(text: string): this {
    const at = this.#extend(text.length * 2);
    this.#buffer.write(text, at, 'utf16le');
    return this;
  }

  /** A copy of the first `count` bytes, which are removed. */
  take(bytes = this.#length): Buffer {
    const taken = Buffer.from(this.#buffer.subarray(0, bytes));
    this.#buffer.copyWithin(0, bytes, this.#length);
    this.#length -= bytes;
    return taken;
  }

  /** Removes all but the first bytes. */
  cutTo(bytes: number): void {
    this.#length = Math.min(bytes, this.#length);
  }

  #extend(bytes: number): number {
    const start = this.#length;
    this.#length += bytes;
    if (this.#length > this.#buffer.length) {
      const larger = Buffer.allocUnsafe(Math.max(this.#length, this.#buffer.length * 2));
      this.#buffer.copy(larger, 0, 0, start);
      this.#buffer = larger;
    }
    return start;
  }
}
