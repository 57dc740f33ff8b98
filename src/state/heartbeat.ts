interface HeartbeatOptions {
  /** Silent for this long, the lease is lost. */
  readonly leaseMs: number;
  readonly heartbeatMs: number;
  /** Whether the lease is still ours; rejects if the state cannot be asked. */
  renew(): Promise<boolean>;
  /** The reason of the signal. */
  lost(why: string): Error;
}

interface Heartbeat {
  /** Aborted when the lease is somebody else's, or was not renewed for `leaseMs`. */
  readonly signal: AbortSignal;
  stop(): void;
}

/** Renews a lease until it is stopped or lost. Never keeps the process alive. */
export function keepAlive(options: HeartbeatOptions): Heartbeat {
  const controller = new AbortController();
  let renewedAt = performance.now();
  let renewing = false;

  const stop = () => {
    clearInterval(timer);
  };
  const giveUp = (why: string) => {
    stop();
    controller.abort(options.lost(why));
  };
  const tooLate = () => performance.now() - renewedAt > options.leaseMs;
  const silent = () => {
    giveUp(`the state database could not be reached for ${Math.round(options.leaseMs / 1_000)} s.`);
  };
  const beat = async () => {
    // An answer that does not come is no answer. Asked first, though: a process that was busy itself for long may
    // still hold its lease.
    if (renewing) {
      if (tooLate()) silent();
      return;
    }
    renewing = true;
    const askedAt = performance.now();
    try {
      if (await options.renew()) renewedAt = askedAt;
      else giveUp('another run took over.');
    } catch {
      if (tooLate()) silent();
    } finally {
      renewing = false;
    }
  };

  const timer = setInterval(() => void beat(), options.heartbeatMs);
  timer.unref();
  return { signal: controller.signal, stop };
}
