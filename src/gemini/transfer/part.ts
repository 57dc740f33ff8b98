import type { DeliveryDetail, DeliveryStep } from '../../pipeline/ports/delivery-port.ts';

/** One part of a delivery, which is acknowledged or rejected for itself. */
export interface Part {
  readonly kind: 'upserts' | 'deletes';
  /** Its rows over all files of its kind, from 0; `to` is exclusive. */
  readonly from: number;
  readonly to: number;
  /** @throws BridgeError GEMINI_UNPROVEN once the journal has all documents of the part as rejected, and others. */
  deliver(): Promise<StepOutcome>;
}

/** What came of the documents of a step. */
export interface StepOutcome {
  /** Documents that the destination acknowledged. */
  readonly acknowledged: number;
  readonly rejected: number;
}

export function detailOf({ acknowledged, rejected }: StepOutcome): DeliveryDetail {
  return { acknowledged, rejected };
}

/** The outcome of a step that was judged before; undefined if it was not. */
export function outcomeOf(step: DeliveryStep | undefined): StepOutcome | undefined {
  const acknowledged = step?.detail['acknowledged'];
  const rejected = step?.detail['rejected'];
  if (step?.state !== 'done' || typeof acknowledged !== 'number' || typeof rejected !== 'number')
    return undefined;
  return { acknowledged, rejected };
}
