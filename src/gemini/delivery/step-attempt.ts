import { randomBytes } from 'node:crypto';
import { UNMARKED_STEP_CLOCK_SECONDS_MAX } from '../limits.ts';
import type { DeliveryDetail, DeliveryStep } from '../../pipeline/ports/delivery-port.ts';
import { textOf } from '../api/json-fields.ts';
import type { Operation } from '../api/operations.ts';

/** One request for a step, as the journal records it before it is sent. */
export interface StepAttempt {
  /** The number of the attempt, counted from 1 within one use of the run's id; 0 before the first request. */
  readonly number: number;
  /**
   * A random mark. A run id that is reused counts its attempts from 1 again, and only the mark distinguishes the operations of
   * the two uses. It is undefined in a journal of a version before this field existed.
   */
  readonly mark: string | undefined;
}

const MARK_BYTES = 6;

export function nextAttempt({ number }: StepAttempt): StepAttempt {
  return { number: number + 1, mark: randomBytes(MARK_BYTES).toString('hex') };
}

/** The newest attempt in the journal. */
export function attemptOf(step: DeliveryStep | undefined): StepAttempt {
  const { attempt, mark } = step?.detail ?? {};
  return {
    number: typeof attempt === 'number' ? attempt : 0,
    mark: typeof mark === 'string' ? mark : undefined,
  };
}

export function attemptDetail({ number, mark }: StepAttempt): DeliveryDetail {
  return { attempt: number, ...(mark !== undefined && { mark }) };
}

/**
 * Whether an operation was created before a step of an older version requested it. Such a step has no mark, so the operation
 * may belong to an earlier use of the run's id. The two timestamps come from different machines. If a clock difference causes a
 * request to be sent again, that does no harm.
 */
export function isOlderThanStep({ metadata }: Operation, { askedAt }: DeliveryStep): boolean {
  const createdMs = Date.parse(textOf(metadata, 'createTime') ?? '');
  return createdMs < Date.parse(askedAt) - UNMARKED_STEP_CLOCK_SECONDS_MAX * 1_000;
}
