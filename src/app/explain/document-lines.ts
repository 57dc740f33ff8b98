import { BridgeError } from '../../core/errors.ts';
import { linesOf } from '../../gemini/delivery/artifact-lines.ts';
import { textOf } from '../../gemini/api/json-fields.ts';
import { manifestName, runFolder } from '../../pipeline/artifact/layout.ts';
import type { ArtifactKind, ArtifactStore, Manifest } from '../../pipeline/ports/ports.ts';
import { readManifest } from '../../pipeline/recover.ts';
import type { RunRow } from '../../pipeline/ports/state-port.ts';

/** The kinds of artifacts whose lines each name their document. */
export type CanonicalKind = Extract<
  ArtifactKind,
  'upserts' | 'deletes' | 'soft-deletes' | 'held' | 'quarantine'
>;

/** The line of one document in the artifacts of a run. */
export interface DocumentLine {
  readonly manifest: Manifest;
  readonly kind: CanonicalKind;
  readonly uri: string;
  /** The line number in its file, from 1. */
  readonly line: number;
  /** The index over all files of its kind, from 0. */
  readonly row: number;
  /** The parsed line. */
  readonly content: unknown;
}

/** Finds documents in the artifacts of runs, and records which artifacts could not be read. */
export class DocumentLines {
  /** The reasons why artifacts could not be read, by run. */
  readonly unreadable = new Map<string, string>();
  readonly #store: ArtifactStore;
  readonly #prefix: string;
  readonly #signal: AbortSignal | undefined;

  /**
   * @param prefix the connector's `output.prefix`
   * @param signal ends the search; the artifacts that were not read until then count as unreadable
   */
  constructor(store: ArtifactStore, prefix: string, signal?: AbortSignal) {
    this.#store = store;
    this.#prefix = prefix;
    this.#signal = signal;
  }

  /**
   * Finds the line of a document in a run's artifacts, in the first of these kinds that has one; undefined if none has, or if
   * they cannot be read. Lines are in the order of the listing, so all lines before it are read: on average half of the
   * files, with one line in memory at a time. A first load of 1 M documents of 2 kB is 2 GB.
   */
  async find(run: RunRow, kinds: readonly CanonicalKind[], docId: string): Promise<DocumentLine | undefined> {
    return this.#read(run, async (manifest) => {
      for (const kind of kinds) {
        const line = await findLine({ store: this.#store, signal: this.#signal }, manifest, kind, docId);
        if (line !== undefined) return line;
      }
      return undefined;
    });
  }

  /** Returns how many lines of this kind a run wrote; undefined if its artifacts cannot be read. */
  count(run: RunRow, kind: CanonicalKind): Promise<number | undefined> {
    return this.#read(run, ({ files }) =>
      files.filter((file) => file.kind === kind).reduce((sum, { rows }) => sum + rows, 0),
    );
  }

  async #read<T>(run: RunRow, read: (manifest: Manifest) => T | Promise<T>): Promise<T | undefined> {
    try {
      return await untilAborted(this.#readManifest(run, read), this.#signal);
    } catch (thrown) {
      const reason = this.#signal?.aborted === true ? OUT_OF_TIME : whyUnreadable(thrown);
      if (reason === undefined) throw thrown;
      this.unreadable.set(run.runId, reason);
      return undefined;
    }
  }

  async #readManifest<T>(run: RunRow, read: (manifest: Manifest) => T | Promise<T>): Promise<T> {
    this.#signal?.throwIfAborted();
    // The state drops the manifest's name when a run is abandoned, but the artifacts of the run remain.
    const name = run.manifestName ?? manifestName(runFolder(this.#prefix, run.runId));
    return await read(await readManifest(this.#store, name));
  }
}

const OUT_OF_TIME = 'They were not read to the end, because that took too long.';

/** Settles when the signal is aborted, also if the work waits for a store that does not answer. */
async function untilAborted<Answer>(work: Promise<Answer>, signal: AbortSignal | undefined): Promise<Answer> {
  if (signal === undefined) return work;
  let stop: () => void = () => undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => {
      reject(new Error(OUT_OF_TIME));
    };
    signal.addEventListener('abort', stop);
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
    // After an abort, the work ends with an error at its next line, and that error is of no use.
    work.catch(() => undefined);
  }
}

interface Search {
  readonly store: ArtifactStore;
  readonly signal: AbortSignal | undefined;
}

async function findLine(
  { store, signal }: Search,
  manifest: Manifest,
  kind: CanonicalKind,
  docId: string,
): Promise<DocumentLine | undefined> {
  // Parsing every line of a large file would take ten times as long as this text search.
  const mention = `"doc_id":${JSON.stringify(docId)}`;
  let row = 0;
  for (const { name, uri } of manifest.files.filter((file) => file.kind === kind)) {
    let line = 0;
    for await (const text of linesOf(store, name)) {
      signal?.throwIfAborted();
      line += 1;
      if (text.includes(mention)) {
        const content: unknown = JSON.parse(text);
        // A column may also be named doc_id and appear in the metadata of another document.
        if (textOf(content, 'doc_id') === docId) return { manifest, kind, uri, line, row, content };
      }
      row += 1;
    }
  }
  return undefined;
}

/** Missing, forbidden or damaged artifacts are reported; any other problem is an error. */
function whyUnreadable(thrown: unknown): string | undefined {
  if (thrown instanceof BridgeError && thrown.code.startsWith('ARTIFACT_')) return thrown.message;
  return thrown instanceof SyntaxError
    ? `They are not what was written: ${thrown.message.split('\n')[0] ?? ''}.`
    : undefined;
}
