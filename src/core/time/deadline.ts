/** The work took longer than allowed. */
export class DeadlineError extends Error {
  override readonly name = 'DeadlineError';
}

/**
 * Runs `work` with a time limit, even if it ignores its signal. That signal is aborted in any case at the end, so that the work
 * leaves nothing open.
 * @throws DeadlineError when the time is over; the reason of `signal` when it is aborted; what the work throws.
 */
export async function withDeadline<T>(
  seconds: number,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const end = new AbortController();
  const ended = new Promise<never>((_, reject) => {
    end.signal.addEventListener('abort', () => {
      reject(new Error('The signal says why.'));
    });
  });
  // Avoids an unhandled rejection when the work finished first.
  ended.catch(() => undefined);
  const abort = () => {
    end.abort(signal.reason);
  };
  signal.addEventListener('abort', abort);
  const timer = setTimeout(() => {
    end.abort(new DeadlineError(`No answer within ${seconds} s.`));
  }, seconds * 1_000);
  try {
    return await Promise.race([work(end.signal), ended]);
  } catch (error) {
    end.signal.throwIfAborted();
    throw error;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
    end.abort();
  }
}
