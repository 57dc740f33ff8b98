import { BridgeError, toBridgeError, type ErrorCode } from '../../core/errors.ts';
import { OPERATION_ATTEMPTS_MAX, OPERATION_BUSY_ATTEMPTS_MAX } from '../limits.ts';
import type { DeliveryDetail, DeliveryJournal, DeliveryStep } from '../../pipeline/ports/delivery-port.ts';
import type { ArtifactStore, Manifest } from '../../pipeline/ports/ports.ts';
import type { ApiRequest } from '../api/api.ts';
import { textOf, fieldOf } from '../api/json-fields.ts';
import {
  awaitOperation,
  listOperations,
  operationOf,
  pauseBefore,
  type Operation,
  type Waiting,
} from '../api/operations.ts';
import { attemptDetail, attemptOf, isFromBefore, nextAttempt, type StepAttempt } from './step-attempt.ts';

/** The context of one delivery. */
export interface Delivery extends Waiting {
  readonly manifest: Manifest;
  readonly store: ArtifactStore;
  readonly journal: DeliveryJournal;
  /** The resource name of the branch. */
  readonly branch: string;
  readonly signal: AbortSignal;
  /** The steps of this run in the journal when the delivery started. */
  readonly earlier: ReadonlyMap<string, DeliveryStep>;
}

/** A request that starts an operation. */
export interface Order {
  /** The step's name in the journal, such as `import-1`. */
  readonly step: string;
  /** Builds the request. Failures go to `errorsUri`, `gs://…/`; undefined if Google cannot write them. */
  request(errorsUri: string | undefined): Pick<ApiRequest, 'path' | 'body' | 'quota'>;
  /** Called right before each request, while this run holds the lease. It throws if the request is no longer allowed. */
  readonly permit?: () => Promise<void>;
  /** A new folder for the failures of one attempt. */
  errorsUri(attempt: StepAttempt): string | undefined;
}

/** An operation that is done, and the location of its failures. */
export interface Finished {
  readonly operation: Operation;
  readonly attempt: StepAttempt;
}

/** Temporary google.rpc.Code values: UNKNOWN, DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, ABORTED, INTERNAL, UNAVAILABLE. */
const PASSING_CODES = new Set([2, 4, 8, 10, 13, 14]);

/** Google does not document how it refuses a second import into a branch: with 409, or with a failed precondition. */
const BUSY_CODES = new Set<string>(['GEMINI_BUSY', 'GEMINI_PRECONDITION'] satisfies ErrorCode[]);

/**
 * Makes a request once and waits for its operation. The journal records the step before the request is sent and the operation's
 * name before the wait, so that a later process waits for the same operation if this one is killed. The request is sent again
 * only if the operation cannot be found any more, or has a temporary failure. Repeating it has the same effect: an import
 * writes the same documents, a purge deletes the same ids.
 * @throws BridgeError GEMINI_OPERATION_PENDING, GEMINI_OPERATION_FAILED, GEMINI_UNCLEAR and those of the API.
 */
export async function operate(order: Order, delivery: Delivery): Promise<Finished> {
  let step = delivery.earlier.get(order.step);
  let attempt = attemptOf(step);
  let operation = await taken(step, order, delivery);
  // Attempts of earlier runs are not counted here: most of them were refused and had no effect.
  for (let asked = 0; operation === undefined || operation.error !== undefined; asked++) {
    requireAnother(order, asked, operation, delivery);
    if (asked > 0) await pauseBefore(order.step, delivery, delivery.signal);
    attempt = nextAttempt(attempt);
    ({ step, operation } = await ask(order, attempt, step, delivery));
  }
  return { operation, attempt };
}

/** Ends a step after its operation was evaluated. */
export async function endStep(
  name: string,
  { operation, attempt }: Finished,
  detail: DeliveryDetail,
  { journal }: Pick<Delivery, 'journal'>,
): Promise<void> {
  await journal.save({
    name,
    state: 'done',
    operation: operation.name === '' ? null : operation.name,
    askedAt: textOf(operation.metadata, 'createTime') ?? new Date().toISOString(),
    detail: { ...attemptDetail(attempt), ...detail },
  });
}

/**
 * Waits for all operations in progress on the branch: those of other runs, of requests whose response was lost, and of other
 * programs. Two imports must not overlap.
 * @returns all operations that Google still lists, done; an empty list if the caller may not list them.
 */
export async function quiet(delivery: Delivery): Promise<Operation[]> {
  const { branch, api, signal, log } = delivery;
  const listed = await listOperations(branch, api, signal);
  if (listed === undefined) {
    log.warn('the operations of the data store may not be listed, so a request may be made twice', {
      permission: 'discoveryengine.operations.list',
    });
    return [];
  }
  const ended: Operation[] = [];
  for (const operation of listed) {
    const done = operation.done ? operation : await awaitOperation(operation.name, delivery, signal);
    if (done !== undefined) ended.push(done);
  }
  return ended;
}

/** The finished operation of an earlier attempt; undefined if it cannot be found. */
async function taken(
  step: DeliveryStep | undefined,
  order: Order,
  delivery: Delivery,
): Promise<Operation | undefined> {
  if (step === undefined || step.state === 'refused') return undefined;
  if (step.operation !== null) return awaitOperation(step.operation, delivery, delivery.signal);
  const attempt = attemptOf(step);
  const errorsUri = withoutSlash(order.errorsUri(attempt));
  const ended = await quiet(delivery);
  if (errorsUri === undefined) return undefined;
  return ended.find((operation) => {
    const echoed = textOf(fieldOf(operation.response, 'errorConfig'), 'gcsPrefix');
    if (withoutSlash(echoed) !== errorsUri) return false;
    return attempt.mark !== undefined || !isFromBefore(operation, step);
  });
}

interface Asked {
  /** The step as the journal now has it. */
  readonly step: DeliveryStep;
  /** The finished operation; undefined if it is unknown whether there is one. */
  readonly operation: Operation | undefined;
}

/** @param before the step after the previous attempt */
async function ask(
  order: Order,
  attempt: StepAttempt,
  before: DeliveryStep | undefined,
  delivery: Delivery,
): Promise<Asked> {
  const { journal, log, signal } = delivery;
  const asked: DeliveryStep = {
    name: order.step,
    state: 'asked',
    operation: null,
    askedAt: new Date().toISOString(),
    detail: attemptDetail(attempt),
  };
  await journal.save(asked);
  const refused: DeliveryStep = { ...asked, state: 'refused' };
  // A refusal does not show whether an earlier attempt had an effect.
  const afterRefusal = before === undefined || before.state === 'refused' ? refused : before;
  const operation = await submit(order, attempt, afterRefusal, delivery);
  if (operation === undefined) return { step: asked, operation: await taken(asked, order, delivery) };
  if (operation.done) return { step: asked, operation };
  const running: DeliveryStep = { ...asked, state: 'running', operation: operation.name };
  await journal.save(running);
  log.info('an operation has begun', { step: order.step, operation: operation.name });
  return { step: running, operation: await awaitOperation(operation.name, delivery, signal) };
}

/**
 * @param afterRefusal the step to record if this request was certainly refused
 * @returns undefined if it is unknown whether the request arrived.
 * @throws BridgeError when the request was refused; also GEMINI_REFUSED, with an unknown outcome, for an invalid response.
 */
async function submit(
  order: Order,
  attempt: StepAttempt,
  afterRefusal: DeliveryStep,
  delivery: Delivery,
): Promise<Operation | undefined> {
  const { api, journal, log, signal } = delivery;
  let errorsUri = order.errorsUri(attempt);
  for (let tries = 1; ; tries++) {
    let answer: unknown;
    try {
      await order.permit?.();
      const request = { method: 'POST', repeatable: false, ...order.request(errorsUri) } as const;
      answer = await api.request(request, signal);
    } catch (thrown) {
      signal.throwIfAborted();
      const error = toBridgeError(thrown);
      if (error.code === 'GEMINI_UNCLEAR') {
        log.warn('it is unknown whether a request arrived; its operation is looked for', {
          step: order.step,
        });
        return undefined;
      }
      if (errorsUri !== undefined && isAboutErrors(error)) {
        log.warn('failures cannot be written to the bucket, so they may not be told apart', {
          reason: error.message,
        });
        errorsUri = undefined;
        continue;
      }
      if (BUSY_CODES.has(error.code) && tries < OPERATION_BUSY_ATTEMPTS_MAX) {
        log.warn('data store busy; retrying once other operations finish', { reason: error.message });
        await quiet(delivery);
        await pauseBefore(order.step, delivery, signal);
        continue;
      }
      await journal.save(afterRefusal);
      throw error;
    }
    return operationOf(answer);
  }
}

/** Google requires an "empty, existing directory". It does not document whether a missing folder counts as one. */
function isAboutErrors({ code, message }: BridgeError): boolean {
  const refused = code === 'GEMINI_REFUSED' || code === 'GEMINI_PRECONDITION';
  return refused && /error_?config|gcs_?prefix/i.test(message);
}

/** @throws BridgeError when a retry would not help, or the attempts are used up. */
function requireAnother(
  { step }: Order,
  asked: number,
  operation: Operation | undefined,
  { log }: Delivery,
): void {
  if (operation?.error === undefined) {
    if (asked < OPERATION_ATTEMPTS_MAX) return;
    throw new BridgeError(
      'GEMINI_UNCLEAR',
      `Discovery Engine received ${step} ${asked} times; its outcome is unknown.`,
      { hint: 'Run again later: the next run looks for it before it is asked for again.' },
    );
  }
  const { name, error } = operation;
  if (asked < OPERATION_ATTEMPTS_MAX && PASSING_CODES.has(error.code)) {
    log.warn('an operation failed and is started again', { step, operation: name, reason: error.message });
    return;
  }
  throw new BridgeError(
    'GEMINI_OPERATION_FAILED',
    `Discovery Engine gave up ${step}, ${name}: "${error.message}" (code ${error.code}).`,
    { hint: 'The message quotes Google. The next run sends the same documents again.' },
  );
}

function withoutSlash(uri: string | undefined): string | undefined {
  return uri?.replace(/\/$/, '');
}
