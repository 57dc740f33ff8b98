import { toBridgeError } from '../../core/errors.ts';
import { DELIVERY_FAILURES_READ_MAX } from '../limits.ts';
import type { Logger } from '../../core/log.ts';
import type { ArtifactStore } from '../../pipeline/ports/ports.ts';
import { linesOf } from './artifact-lines.ts';
import { fieldOf, textOf } from '../api/json-fields.ts';
import { oneLine } from '../api/one-line.ts';

/** Which document a failure is about, as far as Google names it. */
export type FailurePlace =
  { readonly apiId: string } | { readonly uri: string; readonly line: number } | undefined;

/** One document that failed. */
export interface DocumentFailure {
  readonly place: FailurePlace;
  /** The reason in Google's words. */
  readonly reason: string;
}

/**
 * The end of a document's resource name; an id has only these characters. A folder of artifacts may also be called `documents`.
 */
const DOCUMENT_NAME = /\/branches\/[^/\s]+\/documents\/([a-zA-Z0-9_-]{1,128})(?![a-zA-Z0-9_-])/;
const FILE_LINE = /gs:\/\/[^\s"']+/g;
/** The pattern matches from the end: the last number of the URI is the line. */
const LINE_NUMBER = /^(gs:\/\/.+):(\d+)(?!\d)/s;

/**
 * Reads the failures of an operation: all of them from the files that Google wrote below `folder`, or, if there are no files or
 * they may not be read, the samples in the operation's response. At most `DELIVERY_FAILURES_READ_MAX` are read.
 * @throws BridgeError ARTIFACT_* that may be temporary.
 */
export async function readFailures(
  folder: string,
  response: unknown,
  { store, log }: { readonly store: ArtifactStore; readonly log: Logger },
): Promise<DocumentFailure[]> {
  let written: DocumentFailure[] = [];
  try {
    written = await failuresBelow(folder, store);
  } catch (thrown) {
    const { code, message, hint, retryable } = toBridgeError(thrown);
    if (retryable || !code.startsWith('ARTIFACT_')) throw thrown;
    log.warn('the failures that Google wrote to the bucket cannot be read', { reason: message, hint });
  }
  return written.length > 0 ? written : samplesOf(response);
}

export function samplesOf(response: unknown): DocumentFailure[] {
  const samples = fieldOf(response, 'errorSamples');
  return Array.isArray(samples) ? samples.map(failureOf) : [];
}

async function failuresBelow(folder: string, store: ArtifactStore): Promise<DocumentFailure[]> {
  const failures: DocumentFailure[] = [];
  for (const name of await store.list(folder)) {
    for await (const line of linesOf(store, name)) {
      if (line.trim() === '') continue;
      failures.push(failureOf(parsed(line)));
      if (failures.length >= DELIVERY_FAILURES_READ_MAX) return failures;
    }
  }
  return failures;
}

/**
 * Reads one google.rpc.Status. Google does not document where it names the document, so every possible place is checked: the
 * details of any type, then the message.
 */
function failureOf(status: unknown): DocumentFailure {
  const message = textOf(status, 'message') ?? 'no reason given';
  const details = fieldOf(status, 'details');
  const texts = Array.isArray(details) ? details.flatMap(textsIn) : [];
  return {
    place: [...texts, message].map(placeIn).find((place) => place !== undefined),
    reason: oneLine(message),
  };
}

function placeIn(text: string): FailurePlace {
  const apiId = DOCUMENT_NAME.exec(text)?.[1];
  if (apiId !== undefined) return { apiId };
  for (const [address] of text.matchAll(FILE_LINE)) {
    const [, uri, line] = LINE_NUMBER.exec(address) ?? [];
    if (uri !== undefined) return { uri, line: Number(line) };
  }
  return undefined;
}

function textsIn(detail: unknown): string[] {
  if (typeof detail !== 'object' || detail === null) return [];
  return Object.values(detail).filter((value): value is string => typeof value === 'string');
}

/** Text that is not JSON is ignored: it may be a line of ours that contains document content. */
function parsed(line: string): unknown {
  try {
    const value: unknown = JSON.parse(line);
    return value;
  } catch {
    return undefined;
  }
}
