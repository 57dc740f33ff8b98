import { randomBytes } from 'node:crypto';
import { UNMARKED_STEP_CLOCK_SECONDS_MAX } from '../limits.ts';
import type { DeliveryDetail, DeliveryStep } from '../../pipeline/ports/delivery-port.ts';
import { textOf } from '../api/json-fields.ts';
import type { Operation } from '../api/operations.ts';

/** One request for a step, as the journal has it before it is made. */
export interface StepAttempt {
  /** Counted from 1 within one use of the run's id; 0: no request was made yet. */
  readonly number: number;
  /**
   * Random. A run id that is used again counts its attempts from 1 again, and only this tells the operations of the two uses
   * apart. Undefined in the journal of a version before this part existed.
   */
  readonly mark: string | undefined;
}

const MARK_BYTES = 6;

export function nextAttempt({ number }: StepAttempt): StepAttempt {
  return { number: number + 1, mark: randomBytes(MARK_BYTES).toString('hex') };
}

/** The newest attempt that the journal knows of. */
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
 * Whether an operation was created before a step of an older version asked for it. Such a step has no mark, so the operation
 * may be one of an earlier use of the run's id. The two clocks are different machines'; a request that is made again for
 * their difference does no harm.
 */
export function isFromBefore({ metadata }: Operation, { askedAt }: DeliveryStep): boolean {
  const createdMs = Date.parse(textOf(metadata, 'createTime') ?? '');
  return createdMs < Date.parse(askedAt) - UNMARKED_STEP_CLOCK_SECONDS_MAX * 1_000;
}
