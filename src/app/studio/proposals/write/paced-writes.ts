import { BridgeError } from '../../../../core/errors.ts';
import { sleep } from '../../../../core/retry.ts';
import type { ProposalLease } from '../../../../state/studio/proposal-lease.ts';

/** Writes to GitHub one after the other, with a pause between them, and only while the lease is held. */
export class PacedWrites {
  readonly #lease: ProposalLease;
  readonly #betweenMs: number;
  readonly #signal: AbortSignal;
  #lastMs = -Infinity;

  constructor(lease: ProposalLease, betweenMs: number, signal: AbortSignal) {
    this.#lease = lease;
    this.#betweenMs = betweenMs;
    this.#signal = signal;
  }

  /** @throws BridgeError PROPOSAL_BUSY if another proposal took the lease, and what the work throws */
  async write<Result>(work: () => Promise<Result>): Promise<Result> {
    const waitMs = this.#lastMs + this.#betweenMs - performance.now();
    if (waitMs > 0) await sleep(Math.ceil(waitMs), this.#signal);
    if (!(await this.#lease.renew())) {
      throw new BridgeError('PROPOSAL_BUSY', 'This proposal exceeded its time, and another one has begun.', {
        hint: 'Try again: what is on GitHub already is found and used.',
      });
    }
    try {
      return await work();
    } finally {
      this.#lastMs = performance.now();
    }
  }
}
