import { crc32c } from '@node-rs/crc32';

/** An incremental CRC-32C. */
export interface Checksum {
  update(bytes: Uint8Array): void;
  /** The four big-endian bytes in base64, as Cloud Storage writes the checksum. */
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
