import { stat } from 'node:fs/promises';
import type { Problem } from '../problem.ts';
import type { Place } from '../yaml/text-lines.ts';

/** A connector file that was read and checked by itself. */
export interface CheckedFile {
  readonly file: string;
  /** Undefined when the file has no single readable document. All fields can be sent between threads. */
  readonly value: unknown;
  /** The places in the file of the paths that problems between files, or of unset secrets, refer to. */
  readonly places: Readonly<Record<string, Place>>;
  readonly problems: readonly Problem[];
}

/** The metadata of a file. */
export interface FileFacts {
  readonly bytes: number;
  /** Changes whenever the file does. */
  readonly signature: string;
}

/** Undefined when the file cannot be found; reading it then reports the reason. */
export async function fileFacts(path: string): Promise<FileFacts | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return undefined;
  const { dev, ino, size, mtimeMs, ctimeMs } = found;
  return { bytes: size, signature: [dev, ino, size, mtimeMs, ctimeMs].join(' ') };
}

/** A cache of checked files. A file that has not changed is not read again, whether it was valid or not. */
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

  /** Removes the files that were not requested since the last call. */
  forgetOthers(): void {
    this.#known = this.#next;
    this.#next = new Map();
  }
}
