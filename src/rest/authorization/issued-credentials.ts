import type { Clock } from '../../core/time/clock.ts';
import type { Redactor } from '../../core/secrets/redact.ts';

/** Credentials that a server issued: an access token, or the token or cookies of a session. */
export interface Issued {
  /** The headers that carry them; names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The credential itself, as a server may repeat it. */
  readonly text: string;
  /** The expiry by the clock's `elapsedMs`; infinite if the server sent no usable lifetime. */
  readonly staleMs: number;
}

/** Provides the credentials that a server issues, one at a time. */
export interface Issuer {
  /** Returns the current credentials or requests new ones. Concurrent callers share one request. @throws ProblemError */
  current(signal: AbortSignal): Promise<Issued>;
  /** Discards credentials that were refused. The next ones are new. */
  discard(text: string): void;
}

/** @param request gets new credentials from the server */
export function issuerOf(
  request: (signal: AbortSignal) => Promise<Issued>,
  { clock, redactor }: { readonly clock: Clock; readonly redactor: Redactor },
): Issuer {
  let current: Issued | undefined;
  let requesting: Promise<Issued> | undefined;
  const requested = async (signal: AbortSignal): Promise<Issued> => {
    try {
      return await request(signal);
    } finally {
      requesting = undefined;
    }
  };
  return {
    async current(signal) {
      if (current !== undefined && clock.elapsedMs() < current.staleMs) return current;
      requesting ??= requested(signal);
      const issued = await requesting;
      current = issued;
      redactor.addToken(issued.text);
      return issued;
    },
    discard(text) {
      if (current?.text === text) current = undefined;
    },
  };
}
