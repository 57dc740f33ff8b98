import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { FILE_READ_BYTES } from '../limits.ts';
import { fileChanging, fileError } from './errors.ts';
import { requireSame, type ListedFile } from './listing.ts';

/**
 * The bytes of a listed file. Each chunk has its own buffer.
 * @throws BridgeError SOURCE_FILE_CHANGING, SOURCE_PERMISSION, SOURCE_LOST
 */
export async function* bytesOf(file: ListedFile): AsyncGenerator<Buffer> {
  let handle: FileHandle | undefined;
  try {
    // The path was resolved before, so a symbolic link here is a new one.
    handle = await open(file.path, constants.O_RDONLY | constants.O_NOFOLLOW);
    requireSame(file, await handle.stat({ bigint: true }));
    let bytes = 0;
    for (;;) {
      const chunk = Buffer.allocUnsafe(FILE_READ_BYTES);
      const { bytesRead } = await handle.read(chunk, 0, chunk.length, null);
      if (bytesRead === 0) break;
      bytes += bytesRead;
      yield chunk.subarray(0, bytesRead);
    }
    if (BigInt(bytes) !== file.bytes) throw fileChanging(file.name, 'changed while it was read');
  } catch (thrown) {
    throw fileError(file.name, thrown);
  } finally {
    await handle?.close();
  }
}
