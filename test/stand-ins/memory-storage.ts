import type { StandInStorage } from './discovery-engine/options.ts';

/** Objects in memory, for what reads and writes Cloud Storage. Read in chunks of a few bytes, so that no line is in one. */
export class MemoryStorage implements StandInStorage {
  readonly objects = new Map<string, Uint8Array>();

  put(uri: string, lines: readonly (string | object)[]): string {
    const text = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line)));
    this.objects.set(uri, Buffer.from(text.map((line) => `${line}\n`).join('')));
    return uri;
  }

  text(uri: string): string {
    const bytes = this.objects.get(uri);
    if (bytes === undefined) throw new Error(`There is no ${uri}.`);
    return Buffer.from(bytes).toString();
  }

  async *open(uri: string): AsyncGenerator<Uint8Array, void> {
    const bytes = this.objects.get(uri) ?? new Uint8Array();
    const size = 7;
    for (let start = 0; start < bytes.length; start += size) {
      yield await Promise.resolve(bytes.subarray(start, start + size));
    }
  }

  list(prefix: string): Promise<string[]> {
    return Promise.resolve([...this.objects.keys()].filter((uri) => uri.startsWith(prefix)));
  }

  write(uri: string, bytes: Uint8Array): Promise<void> {
    this.objects.set(uri, bytes);
    return Promise.resolve();
  }
}
