import { PUSH_WORDS_CHARACTERS_MAX } from './limits.ts';
import type { Rejection } from '../pipeline/document/rejection.ts';

/** Why one event is not taken, while others of the same push are. The first ones are those of a row that is set aside. */
type RejectionCode =
  | Rejection['code']
  | 'EVENT_INVALID'
  | 'OP_INVALID'
  | 'FIELD_MISSING'
  | 'FIELD_UNKNOWN'
  | 'FIELD_INVALID'
  | 'DELETE_REFUSED';

export interface EventRejection {
  readonly code: RejectionCode;
  readonly reason: string;
}

/** An event that is not taken. */
export interface RejectedEvent {
  /** Undefined where it has none that can be used. */
  readonly docId: string | undefined;
  readonly rejection: EventRejection;
}

/** A producer's own words as an answer repeats them: in quotation marks, and cut. */
export function quoted(words: string): string {
  const cut = words.length > PUSH_WORDS_CHARACTERS_MAX;
  return JSON.stringify(cut ? `${words.slice(0, PUSH_WORDS_CHARACTERS_MAX)}…` : words);
}
