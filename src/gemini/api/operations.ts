import { BridgeError, toBridgeError } from '../../core/errors.ts';
import {
  OPERATION_POLL_SECONDS_FIRST,
  OPERATION_POLL_SECONDS_MAX,
  OPERATION_WAIT_SECONDS_MAX,
} from '../limits.ts';
import type { Logger } from '../../core/log.ts';
import type { Wait } from '../../core/retry.ts';
import type { Api } from './api.ts';
import { fieldOf, textOf } from './json-fields.ts';
import { oneLine } from './one-line.ts';

/** A long-running operation, with the fields that this program reads. */
export interface Operation {
  /**
   * The name, such as `projects/…/operations/import-documents-123`; empty for an operation that was done at once and has no
   * name.
   */
  readonly name: string;
  readonly done: boolean;
  /** Why the operation as a whole failed; `code` is a google.rpc.Code. */
  readonly error: { readonly code: number; readonly message: string } | undefined;
  readonly metadata: unknown;
  readonly response: unknown;
}

/** The settings for waiting for operations. */
export interface OperationPolling {
  readonly api: Api;
  readonly log: Logger;
  readonly wait: Wait;
}

/**
 * Each wait is 1.5 times as long as the one before, with a jitter of one fifth, so that many runs do not poll at the same time.
 */
const POLL_GROWTH = 1.5;
const POLL_JITTER = 0.2;

/** Waits a minute before the request of a step is sent again, and logs it. */
export async function pauseBefore(
  step: string,
  { wait, log }: Pick<OperationPolling, 'wait' | 'log'>,
  signal: AbortSignal,
): Promise<void> {
  const waitMs = OPERATION_POLL_SECONDS_MAX * 1_000;
  log.warn('a request is retried once after a wait', { step, waitMs });
  await wait(waitMs, signal);
}

/** @throws BridgeError GEMINI_REFUSED if `json` is not an operation. */
export function operationOf(json: unknown): Operation {
  const name = textOf(json, 'name') ?? '';
  const done = fieldOf(json, 'done') === true;
  if (name === '' && !done) {
    throw new BridgeError('GEMINI_REFUSED', 'Discovery Engine answered with an operation that has no name.', {
      hint: 'If this persists, a newer version of gemini-sync-bridge may understand it.',
    });
  }
  const error = fieldOf(json, 'error');
  const code = fieldOf(error, 'code');
  return {
    name,
    done,
    error:
      error === undefined
        ? undefined
        : {
            code: typeof code === 'number' ? code : 2,
            message: oneLine(textOf(error, 'message') ?? 'no reason given'),
          },
    metadata: fieldOf(json, 'metadata'),
    response: fieldOf(json, 'response'),
  };
}

/**
 * Waits until an operation is done. A failed poll does not end the wait, because the operation continues without it.
 * @returns undefined if Google no longer knows the operation; Google forgets operations 30 days after their end.
 * @throws BridgeError GEMINI_OPERATION_PENDING when it takes too long, GEMINI_PERMISSION and others that are permanent.
 */
export async function awaitOperation(
  name: string,
  { api, log, wait }: OperationPolling,
  signal: AbortSignal,
): Promise<Operation | undefined> {
  let pauseMs = OPERATION_POLL_SECONDS_FIRST * 1_000;
  for (let waitedMs = 0; waitedMs < OPERATION_WAIT_SECONDS_MAX * 1_000;) {
    const jitteredMs = pauseMs * (1 + POLL_JITTER * (2 * Math.random() - 1));
    await wait(jitteredMs, signal);
    waitedMs += jitteredMs;
    pauseMs = Math.min(pauseMs * POLL_GROWTH, OPERATION_POLL_SECONDS_MAX * 1_000);
    try {
      const operation = operationOf(await api.request(reading(name), signal));
      if (operation.done) return operation;
      log.debug('an operation is in progress', { operation: name, ...progressOf(operation) });
    } catch (thrown) {
      signal.throwIfAborted();
      const error = toBridgeError(thrown);
      if (error.code === 'GEMINI_NOT_FOUND') return undefined;
      if (!error.retryable) throw error;
      log.warn('polling an operation failed; it continues, polling again', {
        operation: name,
        reason: error.message,
      });
    }
  }
  throw new BridgeError(
    'GEMINI_OPERATION_PENDING',
    `Discovery Engine has been working on ${name} for more than ${OPERATION_WAIT_SECONDS_MAX} s.`,
    { hint: 'Run again later: the next run goes on waiting for this operation and sends nothing twice.' },
  );
}

/**
 * All operations of a branch that Google still lists, newest first, in Google's order.
 * @returns undefined if the caller may not list them.
 */
export async function listOperations(
  branch: string,
  api: Api,
  signal: AbortSignal,
): Promise<Operation[] | undefined> {
  const operations: Operation[] = [];
  let pageToken: string | undefined;
  try {
    do {
      const query = { pageSize: '100', ...(pageToken !== undefined && { pageToken }) };
      const page = await api.request({ ...reading(`${branch}/operations`), query }, signal);
      const listed = fieldOf(page, 'operations');
      if (Array.isArray(listed)) operations.push(...listed.map(operationOf));
      pageToken = textOf(page, 'nextPageToken') ?? '';
    } while (pageToken !== '');
  } catch (thrown) {
    const error = toBridgeError(thrown);
    if (error.code === 'GEMINI_PERMISSION') return undefined;
    throw error;
  }
  return operations;
}

function reading(path: string) {
  return { method: 'GET', path, quota: 'reads', repeatable: true } as const;
}

function progressOf({ metadata }: Operation): Record<string, unknown> {
  return {
    succeeded: textOf(metadata, 'successCount') ?? '0',
    failed: textOf(metadata, 'failureCount') ?? '0',
  };
}
