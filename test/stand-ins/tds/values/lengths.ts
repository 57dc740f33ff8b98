import type { ByteWriter } from '../../wire/byte-writer.ts';

/** In place of the length of a type: as long as you like, sent in parts. */
export const MAX = 0xffff;
/** In place of the length of a value. */
export const NULL_LENGTH = 0xffff;
/** The largest value of text, ntext and image. */
export const LONG_MAX = 0x7fff_ffff;

const NULL_PARTS = 0xffff_ffff_ffff_ffffn;
const UNKNOWN_LENGTH = 0xffff_ffff_ffff_fffen;

/** Odd, so that parts cut characters in two. */
const PART_BYTES = 4_001;

/** A value of a type with `max`, or xml: its length, parts with theirs, and an empty part. */
export function writePartedValue(writer: ByteWriter, bytes: Uint8Array | null): void {
  if (bytes === null) {
    writer.u64le(NULL_PARTS);
    return;
  }
  // Servers may leave the length open; this does so for every value that is longer than one part.
  writer.u64le(bytes.length > PART_BYTES ? UNKNOWN_LENGTH : BigInt(bytes.length));
  for (let start = 0; start < bytes.length; start += PART_BYTES) {
    const part = bytes.subarray(start, start + PART_BYTES);
    writer.u32le(part.length).raw(part);
  }
  writer.u32le(0);
}

/** A value of text, ntext or image: a pointer and a timestamp that mean nothing any more, then the value. */
export function writeLongValue(writer: ByteWriter, bytes: Uint8Array | null): void {
  if (bytes === null) writer.u8(0);
  else writer.u8(16).raw(Buffer.alloc(16)).raw(Buffer.alloc(8)).u32le(bytes.length).raw(bytes);
}

/** Columns of those old types say which table they are from, part by part. */
export function writeTableName(writer: ByteWriter): void {
  const name = 'rows';
  writer.u8(1).u16le(name.length).utf16(name);
}
