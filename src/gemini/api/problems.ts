import type { ErrorCode } from '../../core/errors.ts';

/** What went wrong with one attempt of a request, before it is decided whether to try again. */
export interface Problem {
  readonly code: Extract<ErrorCode, `GEMINI_${string}`>;
  /** A few words for a log line. */
  readonly reason: string;
  /** What happened, with the server's words: a clause that follows "POST projects/… ". */
  readonly what: string;
  readonly hint: string;
  /** Whether it may pass by itself. */
  readonly passing: boolean;
  /** Whether the request may have been carried out all the same. */
  readonly effect: 'none' | 'unknown';
  readonly retryAfterMs: number;
}

/** What a problem is about: named in its hint. */
export interface Subject {
  readonly path: string;
  readonly projectId: string;
}
