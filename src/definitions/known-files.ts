import { stat } from 'node:fs/promises';
import type { Problem } from './problem.ts';
import type { Place } from './text-lines.ts';

/** A connector file that was read and checked by itself. */
export interface CheckedFile {
  readonly file: string;
  /** Undefined when the file has no single readable document. It and the rest can be sent from thread to thread. */
  readonly value: unknown;
  /** Where in the file the paths are that problems between files, or of secrets that are not set, are about. */
  readonly places: Readonly<Record<string, Place>>;
  readonly problems: readonly Problem[];
}

/** A file as the directory describes it. */
export interface FileFacts {
  readonly bytes: number;
  /** Changes whenever the file does. */
  readonly signature: string;
}

/** Undefined when the file cannot be found; reading it says why. */
export async function fileFacts(path: string): Promise<FileFacts | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return undefined;
  const { dev, ino, size, mtimeMs, ctimeMs } = found;
  return { bytes: size, signature: [dev, ino, size, mtimeMs, ctimeMs].join(' ') };
}

/** Files that were checked before. One that did not change since is not read again, whether it was correct or not. */
export class KnownFiles {
  #known = new Map<string, { readonly signature: string; readonly checked: CheckedFile }>();
  #next = new Map<string, { readonly signature: string; readonly checked: CheckedFile }>();

  /** @param path absolute */
  async checked(
    path: string,
    facts: FileFacts | undefined,
    check: () => Promise<CheckedFile>,
  ): Promise<CheckedFile> {
    const known = this.#known.get(path);
    if (facts === undefined) return check();
    const { signature } = facts;
    const checked = known?.signature === signature ? known.checked : await check();
    this.#next.set(path, { signature, checked });
    return checked;
  }

  /** Forgets the files that were not asked for since the last call. */
  forgetOthers(): void {
    this.#known = this.#next;
    this.#next = new Map();
  }
}
