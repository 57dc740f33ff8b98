import type { DeliveryDetail, DeliveryStep } from '../../pipeline/ports/delivery-port.ts';

/** One part of a delivery, which is acknowledged or rejected on its own. */
export interface Part {
  readonly kind: 'upserts' | 'deletes';
  /** Its rows over all files of its kind, from 0; `to` is exclusive. */
  readonly from: number;
  readonly to: number;
  /** @throws BridgeError GEMINI_UNPROVEN after all documents of the part are in the journal as rejected, and others. */
  deliver(): Promise<StepOutcome>;
}

/** The result for the documents of a step. */
export interface StepOutcome {
  /** The number of documents that the destination acknowledged. */
  readonly acknowledged: number;
  readonly rejected: number;
}

export function detailOf({ acknowledged, rejected }: StepOutcome): DeliveryDetail {
  return { acknowledged, rejected };
}

/** The outcome of a step that was already evaluated; undefined if it was not. */
export function outcomeOf(step: DeliveryStep | undefined): StepOutcome | undefined {
  const acknowledged = step?.detail['acknowledged'];
  const rejected = step?.detail['rejected'];
  if (step?.state !== 'done' || typeof acknowledged !== 'number' || typeof rejected !== 'number')
    return undefined;
  return { acknowledged, rejected };
}
