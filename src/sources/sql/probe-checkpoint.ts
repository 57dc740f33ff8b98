/** The values of a probe's row as text; null is SQL NULL. */
export type ProbeAnswer = readonly (string | null)[];

/** The checkpoint of a full listing that a probe identifies. */
export interface ProbeCheckpoint {
  /** A digest of all that the answer belongs to: the database, both queries and the columns of the listing. */
  readonly queries: string;
  readonly answer: ProbeAnswer;
  /** When the listing was read, by the clock of the machine that read it; ISO 8601, UTC. */
  readonly listedAt: string;
}

/** Another form of the answer or of the digest takes another version, so that checkpoints of before do not match. */
const VERSION = 1;

/** Writes the exact text of the checkpoint, as JSON with a version. */
export function probeCheckpoint({ queries, answer, listedAt }: ProbeCheckpoint): string {
  return JSON.stringify({ probe: VERSION, queries, answer, listedAt });
}

/** @returns undefined for a checkpoint of another kind of listing, or of another version */
export function readProbeCheckpoint(checkpoint: string | undefined): ProbeCheckpoint | undefined {
  const { probe, queries, answer, listedAt } = membersOf(checkpoint);
  if (probe !== VERSION || typeof queries !== 'string' || typeof listedAt !== 'string') return undefined;
  return isAnswer(answer) ? { queries, answer, listedAt } : undefined;
}

function isAnswer(value: unknown): value is ProbeAnswer {
  return Array.isArray(value) && value.every((each) => each === null || typeof each === 'string');
}

function membersOf(checkpoint: string | undefined): Readonly<Record<string, unknown>> {
  try {
    const parsed: unknown = JSON.parse(checkpoint ?? 'null');
    return typeof parsed === 'object' && parsed !== null ? { ...parsed } : {};
  } catch {
    return {};
  }
}
