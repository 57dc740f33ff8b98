import { DELIVERY_FAILURES_READ_MAX, DELIVERY_REASON_CHARACTERS_MAX } from '../core/limits.ts';
import type { ArtifactStore } from '../pipeline/ports.ts';
import { linesOf } from './artifact-lines.ts';
import { fieldOf, textOf } from './json-fields.ts';

/** Which document a failure is about, as far as Google says. */
type Place = { readonly apiId: string } | { readonly uri: string; readonly line: number } | undefined;

/** One document that failed. */
export interface Failure {
  readonly place: Place;
  /** Google's words. */
  readonly reason: string;
}

/** Of a resource name; an id has these characters only. */
const DOCUMENT_NAME = /\/documents\/([a-zA-Z0-9_-]{1,128})(?![a-zA-Z0-9_-])/;
const FILE_LINE = /(gs:\/\/[^\s"']+):(\d+)(?!\d)/;

/**
 * The failures of an operation: all of them from the files that Google wrote below `folder`, or else the samples in its
 * response. At most `DELIVERY_FAILURES_READ_MAX`.
 */
export async function readFailures(
  store: ArtifactStore,
  folder: string,
  response: unknown,
): Promise<Failure[]> {
  const failures: Failure[] = [];
  for (const name of await store.list(folder)) {
    for await (const line of linesOf(store, name)) {
      if (line.trim() === '') continue;
      if (failures.length >= DELIVERY_FAILURES_READ_MAX) return failures;
      failures.push(failureOf(parsed(line)));
    }
  }
  return failures.length > 0 ? failures : samplesOf(response);
}

export function samplesOf(response: unknown): Failure[] {
  const samples = fieldOf(response, 'errorSamples');
  return Array.isArray(samples) ? samples.map(failureOf) : [];
}

/**
 * Reads one google.rpc.Status. How it names its document is not documented, so every place where it may stand is looked at:
 * the details of whatever type, then the message.
 */
function failureOf(status: unknown): Failure {
  const message = textOf(status, 'message') ?? 'no reason given';
  const details = fieldOf(status, 'details');
  const texts = Array.isArray(details) ? details.flatMap(textsIn) : [];
  return {
    place: [...texts, message].map(placeIn).find((place) => place !== undefined),
    reason: message.slice(0, DELIVERY_REASON_CHARACTERS_MAX),
  };
}

function placeIn(text: string): Place {
  const apiId = DOCUMENT_NAME.exec(text)?.[1];
  if (apiId !== undefined) return { apiId };
  const [, uri, line] = FILE_LINE.exec(text) ?? [];
  return uri === undefined ? undefined : { uri, line: Number(line) };
}

function textsIn(detail: unknown): string[] {
  if (typeof detail !== 'object' || detail === null) return [];
  return Object.values(detail).filter((value): value is string => typeof value === 'string');
}

function parsed(line: string): unknown {
  try {
    const value: unknown = JSON.parse(line);
    return value;
  } catch {
    return { message: line };
  }
}
