import { PUSH_QUOTE_CHARACTERS_MAX } from './limits.ts';
import type { Rejection } from '../pipeline/document/rejection.ts';

/** Why one event is rejected while other events of the same push are accepted. The first codes are those of a rejected row. */
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

/** A rejected event. */
export interface RejectedEvent {
  /** The id is undefined if the event has no usable one. */
  readonly docId: string | undefined;
  readonly rejection: EventRejection;
}

/** Returns a producer's own words for use in a response: in quotation marks, and truncated. */
export function quoted(words: string): string {
  const cut = words.length > PUSH_QUOTE_CHARACTERS_MAX;
  return JSON.stringify(cut ? `${words.slice(0, PUSH_QUOTE_CHARACTERS_MAX)}…` : words);
}
