import { ByteWriter } from '../wire/byte-writer.ts';

/** Longer values are sent in parts. */
const SHORT_MAX_BYTES = 252;
const IN_PARTS = 254;
/** Odd, so that parts cut characters in two. */
const PART_BYTES = 4_001;

/** Writes as TTC does, the protocol inside TNS packets. */
export class TtcWriter extends ByteWriter {
  /** An integer: how many bytes it has, with the sign in the highest bit, and these bytes. */
  int(value: number): this {
    const size = Math.abs(value);
    let bytes = 0;
    for (let rest = size; rest > 0; rest = Math.floor(rest / 256)) bytes += 1;
    this.u8(bytes | (value < 0 ? 0x80 : 0));
    for (let at = bytes - 1; at >= 0; at -= 1) this.u8(Math.floor(size / 256 ** at) & 0xff);
    return this;
  }

  /** Integers without a meaning here. */
  zeros(count: number): this {
    for (let written = 0; written < count; written += 1) this.u8(0);
    return this;
  }

  /** A value with its length, in parts if it is long; NULL and nothing are the same. */
  value(bytes: Uint8Array | null): this {
    if (bytes === null) return this.u8(0);
    if (bytes.length <= SHORT_MAX_BYTES) return this.u8(bytes.length).raw(bytes);
    this.u8(IN_PARTS);
    for (let start = 0; start < bytes.length; start += PART_BYTES) {
      const part = bytes.subarray(start, start + PART_BYTES);
      this.int(part.length).raw(part);
    }
    return this.int(0);
  }

  /** Text with its length twice, but nothing more if there is none. */
  text(text: string): this {
    const bytes = Buffer.from(text);
    this.int(bytes.length);
    return bytes.length === 0 ? this : this.value(bytes);
  }

  pair(key: string, value: string, flags = 0): this {
    return this.text(key).text(value).int(flags);
  }
}
