import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Refusal } from './exchange.ts';

export interface StoredObject {
  readonly name: string;
  readonly bytes: number;
  /** Base64 of four big-endian bytes. */
  readonly crc32c: string;
  readonly generation: string;
  readonly contentType: string;
  readonly createdAt: string;
  /** Where the content is. */
  readonly file: string;
}

/** Content that is whole, in a file that a bucket may take. */
export interface Received {
  readonly file: string;
  readonly bytes: number;
  readonly crc32c: string;
}

/** The newest generation of each object, and its content in a file below a folder. */
export class Bucket {
  readonly name: string;
  readonly #folder: string;
  readonly #objects = new Map<string, StoredObject>();
  /** Microseconds, as Cloud Storage has them; each is given once. */
  #lastGeneration = BigInt(Date.now()) * 1000n;

  constructor(name: string, folder: string) {
    this.name = name;
    this.#folder = folder;
  }

  /** @throws Refusal 404 */
  get(name: string): StoredObject {
    const found = this.#objects.get(name);
    if (found === undefined) throw new Refusal(404, 'notFound', `No such object: ${this.name}/${name}`);
    return found;
  }

  /** All of them, in the order of their UTF-8 bytes. */
  all(prefix = ''): StoredObject[] {
    const found = [...this.#objects.values()].filter(({ name }) => name.startsWith(prefix));
    return found.sort((one, other) => Buffer.compare(Buffer.from(one.name), Buffer.from(other.name)));
  }

  /**
   * @param wanted The query parameter `ifGenerationMatch`: a generation, `0` for "there is none", or null for "whatever".
   * @throws Refusal 412
   */
  check(name: string, wanted: string | null): void {
    if (wanted === null) return;
    if (!/^\d+$/.test(wanted)) {
      throw new Refusal(400, 'invalidParameter', `Invalid value for ifGenerationMatch: ${wanted}`);
    }
    if ((this.#objects.get(name)?.generation ?? '0') === wanted) return;
    throw new Refusal(
      412,
      'conditionNotMet',
      'At least one of the pre-conditions you specified did not hold.',
    );
  }

  /** Makes content an object's newest, in one step: the file is moved, nothing is copied. */
  async commit(name: string, wanted: string | null, received: Received, contentType: string) {
    this.check(name, wanted);
    const generation = String(++this.#lastGeneration);
    const file = join(this.#folder, ...name.split('/').map(pathPart)) + `#${generation}`;
    await mkdir(dirname(file), { recursive: true });
    await rename(received.file, file);
    // Another may have come first while the file was moved.
    try {
      this.check(name, wanted);
    } catch (error) {
      await rm(file);
      throw error;
    }
    const before = this.#objects.get(name);
    const { bytes, crc32c } = received;
    const createdAt = new Date().toISOString();
    const stored = { name, bytes, crc32c, generation, contentType, createdAt, file };
    this.#objects.set(name, stored);
    if (before !== undefined) await rm(before.file);
    return stored;
  }

  async remove(name: string, wanted: string | null): Promise<void> {
    const { file } = this.get(name);
    this.check(name, wanted);
    this.#objects.delete(name);
    await rm(file);
  }
}

/** An object may be called `a` and another `a/b`: files end in `#` and a generation, and no folder has a `#`. */
function pathPart(part: string): string {
  if (part === '') return '%';
  return /^\.+$/.test(part) ? part.replaceAll('.', '%2E') : encodeURIComponent(part);
}
