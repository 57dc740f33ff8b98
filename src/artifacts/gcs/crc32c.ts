import { crc32c } from '@node-rs/crc32';

/** CRC-32C of a growing content. */
export interface Checksum {
  update(bytes: Uint8Array): void;
  /** Base64 of the four big-endian bytes, as Cloud Storage writes it. */
  digest(): string;
}

export function createChecksum(): Checksum {
  let state = 0;
  return {
    update(bytes) {
      state = crc32c(bytes, state);
    },
    digest() {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32BE(state);
      return bytes.toString('base64');
    },
  };
}
