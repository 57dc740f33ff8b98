import type { Actor } from './actor.ts';

/** What was done: the kind of the object, a dot and a verb. */
export type AuditAction =
  | 'audit.export'
  | 'audit.expire'
  | 'connector.propose'
  | 'connector.retire'
  | 'documents.release'
  | 'draft.create'
  | 'draft.discard'
  | 'key.create'
  | 'key.revoke'
  | 'login.accept'
  | 'login.refuse'
  | 'request.refuse'
  | 'run.start'
  | 'secret.delete'
  | 'secret.rotate'
  | 'secret.set'
  | 'source.count'
  | 'source.preview'
  | 'source.test';

/** One entry of the audit log. It has no secrets, no rows and no query texts. */
export interface AuditEvent {
  readonly actor: Actor;
  readonly action: AuditAction;
  readonly object: { readonly kind: string; readonly name: string };
  /** `started`: a second entry with the same object and request id has the outcome. */
  readonly outcome: 'started' | 'ok' | 'refused' | 'failed';
  readonly details?: Readonly<Record<string, string | number | boolean | null>>;
}

/** Records actions. An action whose event cannot be recorded must not happen. */
export interface AuditLog {
  /** @throws BridgeError STATE_* */
  record(event: AuditEvent): Promise<void>;
}
