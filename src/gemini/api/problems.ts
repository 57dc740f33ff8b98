import type { ErrorCode } from '../../core/error-kinds.ts';

/** Why one attempt of a request failed, before the decision whether to retry. */
export interface Problem {
  readonly code: Extract<ErrorCode, `GEMINI_${string}`>;
  /** A few words for a log line. */
  readonly reason: string;
  /** What happened, in the server's words: a clause that follows "POST projects/… ". */
  readonly what: string;
  readonly hint: string;
  /** Whether the problem may be temporary. */
  readonly passing: boolean;
  /** Whether the request may still have taken effect. */
  readonly effect: 'none' | 'unknown';
  readonly retryAfterMs: number;
}

/** The subject of a problem, which its hint names. */
export interface Subject {
  readonly path: string;
  readonly projectId: string;
}
