import { randomBytes } from 'node:crypto';
import type { DeliveryDetail, DeliveryStep } from '../pipeline/delivery-port.ts';

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
