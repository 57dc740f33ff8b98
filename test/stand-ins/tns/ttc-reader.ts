import { ByteReader } from '../wire/byte-reader.ts';

const IN_PARTS = 254;
const NO_VALUE = 255;

/** Reads what TtcWriter writes. */
export class TtcReader extends ByteReader {
  int(): number {
    const size = this.u8();
    let value = 0;
    for (const byte of this.take(size & 0x7f)) value = value * 256 + byte;
    return (size & 0x80) === 0 ? value : -value;
  }

  /** Skips this number of integers. */
  ints(count: number): void {
    for (let read = 0; read < count; read += 1) this.int();
  }

  value(): Buffer | null {
    const size = this.u8();
    if (size === 0 || size === NO_VALUE) return null;
    if (size !== IN_PARTS) return this.take(size);
    const parts: Buffer[] = [];
    for (let bytes = this.int(); bytes > 0; bytes = this.int()) parts.push(this.take(bytes));
    return Buffer.concat(parts);
  }

  text(): string {
    return this.int() === 0 ? '' : String(this.value() ?? '');
  }

  pair(): readonly [string, string] {
    const pair = [this.text(), this.text()] as const;
    this.int();
    return pair;
  }
}
