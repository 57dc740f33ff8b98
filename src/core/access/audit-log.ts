import type { Actor } from './actor.ts';

/** What was done: the kind of the object, a dot and a verb. */
export const AUDIT_ACTIONS = [
  'audit.expire',
  'audit.export',
  'connector.propose',
  'connector.retire',
  'documents.release',
  'draft.create',
  'draft.discard',
  'key.create',
  'key.revoke',
  'knowledge_source.delete',
  'knowledge_source.sync',
  'login.accept',
  'login.refuse',
  'request.refuse',
  'run.start',
  'secret.delete',
  'secret.rotate',
  'secret.set',
  'source.count',
  'source.preview',
  'source.test',
] as const;
export type AuditAction = (typeof AUDIT_ACTIONS)[number];

/** `started`: a later entry with the same object and request id has the outcome. */
export const AUDIT_OUTCOMES = ['started', 'ok', 'refused', 'failed'] as const;
export type AuditOutcome = (typeof AUDIT_OUTCOMES)[number];

/** Who did it. `anonymous`: a client that did not identify itself. `server`: `serve` itself, by its schedule. */
export type AuditActor = Omit<Actor, 'kind' | 'right'> & {
  readonly kind: Actor['kind'] | 'anonymous' | 'server';
};

/** `serve`, for what it does by itself. */
export const SERVER_ACTOR: AuditActor = {
  id: 'server',
  kind: 'server',
  name: 'serve',
  address: null,
  requestId: null,
};

export type AuditDetails = Readonly<Record<string, string | number | boolean | null>>;

/** One entry of the audit log. It has no secrets, no rows and no query texts. */
export interface AuditEvent {
  readonly actor: AuditActor;
  readonly action: AuditAction;
  readonly object: { readonly kind: string; readonly name: string };
  readonly outcome: AuditOutcome;
  readonly details?: AuditDetails;
}

/** Records actions. An action whose event cannot be recorded must not happen. */
export interface AuditLog {
  /** @throws BridgeError STATE_* */
  record(event: AuditEvent): Promise<void>;
}

/** An entry as it was recorded. */
export interface RecordedAuditEvent extends Required<AuditEvent> {
  /** Grows with every entry. */
  readonly id: number;
  /** ISO 8601 in UTC. */
  readonly at: string;
}

/** Undefined: any. */
export interface AuditFilter {
  /** ISO 8601 in UTC; entries at this time are included. */
  readonly from?: string | undefined;
  /** ISO 8601 in UTC; entries at this time are not included. */
  readonly until?: string | undefined;
  /** The id of the actor, or a part of the name. */
  readonly actor?: string | undefined;
  readonly action?: AuditAction | undefined;
  /** A part of the name of the object, or its kind. */
  readonly object?: string | undefined;
  readonly outcome?: AuditOutcome | undefined;
}

/** Reads and expires what `AuditLog` recorded. Every method: @throws BridgeError STATE_* */
export interface AuditRecords {
  /** Newest first. @param before only entries with a smaller id */
  list(
    filter: AuditFilter,
    page: { readonly before?: number | undefined; readonly limit: number },
  ): Promise<RecordedAuditEvent[]>;
  /** The highest id; 0 without entries. */
  newestId(): Promise<number>;
  /** Oldest first. @param after only entries with a higher id, up to `newest` */
  next(
    filter: AuditFilter,
    page: { readonly after: number; readonly newest: number; readonly limit: number },
  ): Promise<RecordedAuditEvent[]>;
  /** Deletes at most `limit` entries that are older than this, and records that in the same transaction. @returns how many */
  expire(days: number, limit: number): Promise<number>;
}
