import { BridgeError } from '../core/errors.ts';

/** Every adapter calls this right before each attempt of a request or a write that changes something outside of the run. */
export interface LeaseGuard {
  /**
   * Resolves at once while the leases are certainly held; near or after their expiry, they are renewed first.
   * @throws BridgeError LEASE_LOST when that cannot be proven
   */
  requireHeld(): Promise<void>;
}

/** A lease that can report, without waiting, whether it is certainly held. */
export interface GuardedLease extends LeaseGuard {
  /** Uses local clocks that count suspension; false means that `requireHeld` has to ask the state. */
  isFresh(): boolean;
  release(): Promise<void>;
}

/**
 * The leases that a run holds: the lease of its connector, and the lease on its target. The set is empty at first, and a run without
 * a lease may not change anything.
 */
export class HeldLeases implements LeaseGuard {
  readonly #leases = new Set<GuardedLease>();

  /** Includes a lease until it is released. */
  hold<Held extends GuardedLease>(lease: Held): Held {
    this.#leases.add(lease);
    const release = () => {
      this.#leases.delete(lease);
      return lease.release();
    };
    return { ...lease, release };
  }

  async requireHeld(): Promise<void> {
    if (this.#leases.size === 0) {
      throw new BridgeError('INTERNAL', 'Something outside of the run was to be changed without a lease.');
    }
    await this.requireNoneLost();
  }

  /** Requires the same for actions that may also happen before there is a lease. */
  async requireNoneLost(): Promise<void> {
    // The check is repeated after a wait, because another lease may have come close to its expiry.
    for (let doubtful = this.#doubtful(); doubtful.length > 0; doubtful = this.#doubtful()) {
      await Promise.all(doubtful.map((lease) => lease.requireHeld()));
    }
  }

  #doubtful(): GuardedLease[] {
    return [...this.#leases].filter((lease) => !lease.isFresh());
  }
}
