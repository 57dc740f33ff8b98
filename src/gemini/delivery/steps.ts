import { toBridgeError } from '../../core/errors.ts';
import type { Clock } from '../../core/time/clock.ts';
import { OPERATION_BUSY_ATTEMPTS_MAX } from '../limits.ts';
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
  type OperationPolling,
} from '../api/operations.ts';
import { isBusy, refusesErrorConfig, requireAnother } from './repeat-operation.ts';
import { attemptDetail, attemptOf, isOlderThanStep, nextAttempt, type StepAttempt } from './step-attempt.ts';

/** The context of one delivery. */
export interface DeliveryContext extends OperationPolling {
  readonly manifest: Manifest;
  readonly store: ArtifactStore;
  readonly journal: DeliveryJournal;
  readonly clock: Clock;
  /** The resource name of the branch. */
  readonly branch: string;
  readonly signal: AbortSignal;
  /** The steps of this run in the journal when the delivery started. */
  readonly earlier: ReadonlyMap<string, DeliveryStep>;
}

/** A request that starts an operation. */
export interface OperationRequest {
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
export interface FinishedOperation {
  readonly operation: Operation;
  readonly attempt: StepAttempt;
}

/**
 * Makes a request once and waits for its operation. The journal records the step before the request is sent and the operation's
 * name before the wait, so that a later process waits for the same operation if this one is killed. The request is sent again
 * only if the operation cannot be found any more, or has a temporary failure. Repeating it has the same effect: an import
 * writes the same documents, a purge deletes the same ids.
 * @throws BridgeError GEMINI_OPERATION_PENDING, GEMINI_OPERATION_FAILED, GEMINI_UNCLEAR and those of the API.
 */
export async function runOperation(
  order: OperationRequest,
  delivery: DeliveryContext,
): Promise<FinishedOperation> {
  let step = delivery.earlier.get(order.step);
  let attempt = attemptOf(step);
  let operation = await earlierOperation(step, order, delivery);
  // Attempts of earlier runs are not counted here: most of them were refused and had no effect.
  for (let asked = 0; operation === undefined || operation.error !== undefined; asked++) {
    requireAnother(order.step, asked, operation, delivery);
    if (asked > 0) await pauseBefore(order.step, delivery, delivery.signal);
    attempt = nextAttempt(attempt);
    ({ step, operation } = await startOperation(order, attempt, step, delivery));
  }
  return { operation, attempt };
}

/** Ends a step after its operation was evaluated. */
export async function endStep(
  name: string,
  { operation, attempt }: FinishedOperation,
  detail: DeliveryDetail,
  { journal, clock }: Pick<DeliveryContext, 'journal' | 'clock'>,
): Promise<void> {
  await journal.save({
    name,
    state: 'done',
    operation: operation.name === '' ? null : operation.name,
    askedAt: textOf(operation.metadata, 'createTime') ?? clock.now().toISOString(),
    detail: { ...attemptDetail(attempt), ...detail },
  });
}

/**
 * Waits for all operations in progress on the branch: those of other runs, of requests whose response was lost, and of other
 * programs. Two imports must not overlap.
 * @returns all operations that Google still lists, done; an empty list if the caller may not list them.
 */
export async function waitUntilIdle(delivery: DeliveryContext): Promise<Operation[]> {
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
async function earlierOperation(
  step: DeliveryStep | undefined,
  order: OperationRequest,
  delivery: DeliveryContext,
): Promise<Operation | undefined> {
  if (step === undefined || step.state === 'refused') return undefined;
  if (step.operation !== null) return awaitOperation(step.operation, delivery, delivery.signal);
  const attempt = attemptOf(step);
  const errorsUri = withoutSlash(order.errorsUri(attempt));
  const ended = await waitUntilIdle(delivery);
  if (errorsUri === undefined) return undefined;
  return ended.find((operation) => {
    const echoed = textOf(fieldOf(operation.response, 'errorConfig'), 'gcsPrefix');
    if (withoutSlash(echoed) !== errorsUri) return false;
    return attempt.mark !== undefined || !isOlderThanStep(operation, step);
  });
}

interface StartedOperation {
  /** The step as the journal now has it. */
  readonly step: DeliveryStep;
  /** The finished operation; undefined if it is unknown whether there is one. */
  readonly operation: Operation | undefined;
}

/** @param before the step after the previous attempt */
async function startOperation(
  order: OperationRequest,
  attempt: StepAttempt,
  before: DeliveryStep | undefined,
  delivery: DeliveryContext,
): Promise<StartedOperation> {
  const { journal, clock, log, signal } = delivery;
  const asked: DeliveryStep = {
    name: order.step,
    state: 'asked',
    operation: null,
    askedAt: clock.now().toISOString(),
    detail: attemptDetail(attempt),
  };
  await journal.save(asked);
  const refused: DeliveryStep = { ...asked, state: 'refused' };
  // A refusal does not show whether an earlier attempt had an effect.
  const afterRefusal = before === undefined || before.state === 'refused' ? refused : before;
  const operation = await submit(order, attempt, afterRefusal, delivery);
  if (operation === undefined)
    return { step: asked, operation: await earlierOperation(asked, order, delivery) };
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
  order: OperationRequest,
  attempt: StepAttempt,
  afterRefusal: DeliveryStep,
  delivery: DeliveryContext,
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
      if (errorsUri !== undefined && refusesErrorConfig(error)) {
        log.warn('failures cannot be written to the bucket, so they may not be told apart', {
          reason: error.message,
        });
        errorsUri = undefined;
        continue;
      }
      if (isBusy(error) && tries < OPERATION_BUSY_ATTEMPTS_MAX) {
        log.warn('data store busy; retrying once other operations finish', { reason: error.message });
        await waitUntilIdle(delivery);
        await pauseBefore(order.step, delivery, signal);
        continue;
      }
      await journal.save(afterRefusal);
      throw error;
    }
    return operationOf(answer);
  }
}

function withoutSlash(uri: string | undefined): string | undefined {
  return uri?.replace(/\/$/, '');
}
