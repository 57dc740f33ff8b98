import { setTimeout as timer } from 'node:timers/promises';
import type { Clock } from '../../../core/time/clock.ts';
import { toBridgeError } from '../../../core/errors.ts';
import {
  OPS_ARTIFACT_BYTES_MAX,
  OPS_ARTIFACT_LINES,
  OPS_ARTIFACT_READ_MS,
  OPS_ARTIFACT_REMEMBERED_MS,
  OPS_ARTIFACT_RETRY_MS,
  OPS_ARTIFACT_RUNS_REMEMBERED,
} from '../../limits.ts';
import { linesOf } from '../../../gemini/delivery/artifact-lines.ts';
import { partName } from '../../../pipeline/artifact/layout.ts';
import type { ArtifactStore } from '../../../pipeline/ports/ports.ts';

/** Opens the artifact store of a bucket URL. */
export type OpenStore = (bucketUrl: string) => Promise<ArtifactStore>;

/** The first lines of an artifact. */
interface FirstLines {
  /** The URI of the first file of the artifact. */
  readonly uri: string;
  /** The first `OPS_ARTIFACT_LINES` lines, parsed. */
  readonly lines: readonly unknown[];
  /** Why the lines could not be read; null if they were read. */
  readonly problem: string | null;
}

/** The location of a run's artifacts. */
export interface RunFolder {
  readonly bucket: string;
  /** The path of the folder, relative to the bucket. */
  readonly folder: string;
}

export interface ArtifactLines {
  /** Never rejects: if the artifact cannot be read, the result has a `problem`. Takes at most `OPS_ARTIFACT_READ_MS`. */
  first(place: RunFolder, kind: 'held' | 'quarantine'): Promise<FirstLines>;
}

interface Remembered {
  readonly answer: Promise<FirstLines>;
  untilMs: number;
}

/** Reads artifacts for pages that refresh: each file is read once for all readers and then cached. */
export function openArtifactLines(openStore: OpenStore, clock: Pick<Clock, 'elapsedMs'>): ArtifactLines {
  const remembered = new Map<string, Remembered>();
  return {
    async first(place, kind) {
      const name = partName(place.folder, kind, 1);
      const uri = `${place.bucket.replace(/\/?$/, '/')}${name}`;
      const known = remembered.get(uri);
      if (known !== undefined && clock.elapsedMs() < known.untilMs) return known.answer;
      const answer = firstLines(openStore, place.bucket, name, uri);
      const entry: Remembered = { answer, untilMs: clock.elapsedMs() + OPS_ARTIFACT_REMEMBERED_MS };
      remembered.delete(uri);
      remembered.set(uri, entry);
      // Each run has one file of each kind.
      for (const oldest of remembered.keys()) {
        if (remembered.size <= 2 * OPS_ARTIFACT_RUNS_REMEMBERED) break;
        remembered.delete(oldest);
      }
      const read = await answer;
      if (read.problem !== null) entry.untilMs = clock.elapsedMs() + OPS_ARTIFACT_RETRY_MS;
      return read;
    },
  };
}

async function firstLines(
  openStore: OpenStore,
  bucket: string,
  name: string,
  uri: string,
): Promise<FirstLines> {
  const late = new AbortController();
  const silent = timer(OPS_ARTIFACT_READ_MS, undefined, { signal: late.signal }).then((): FirstLines => ({
    uri,
    lines: [],
    problem: `The bucket did not answer within ${OPS_ARTIFACT_READ_MS / 1_000} seconds.`,
  }));
  const read = readLines(openStore, bucket, name).then(
    (lines): FirstLines => ({ uri, lines, problem: null }),
    (thrown: unknown): FirstLines => ({ uri, lines: [], problem: whyUnreadable(thrown) }),
  );
  try {
    return await Promise.race([read, silent]);
  } finally {
    late.abort();
    silent.catch(() => undefined);
  }
}

async function readLines(openStore: OpenStore, bucket: string, name: string): Promise<readonly unknown[]> {
  const store = await openStore(bucket);
  const lines: unknown[] = [];
  const bounded = { open: async (file: string) => firstBytes(await store.open(file)) };
  for await (const line of linesOf(bounded, name)) {
    lines.push(JSON.parse(line));
    if (lines.length === OPS_ARTIFACT_LINES) break;
  }
  return lines;
}

/** @throws RangeError if the requested lines are larger than the limit, which means that a run did not write the file */
async function* firstBytes(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    yield chunk;
    if (bytes > OPS_ARTIFACT_BYTES_MAX) throw new RangeError('its lines are too long');
  }
}

function whyUnreadable(thrown: unknown): string {
  if (thrown instanceof RangeError) return 'Its lines are longer than those that a run writes.';
  return thrown instanceof SyntaxError
    ? 'It is not what the run wrote: it cannot be read as lines of JSON.'
    : toBridgeError(thrown).message;
}
