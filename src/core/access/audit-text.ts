import { printable } from '../text/printable.ts';
import { AUDIT_TEXT_CHARACTERS_MAX } from '../limits.ts';
import type { AuditActor, AuditDetails, AuditEvent } from './audit-log.ts';

/**
 * The event as it is recorded and logged. Names come from keys, proxies and requests, so characters that forge the text around them
 * are escaped, and long texts are cut.
 */
export function recordable({
  actor,
  action,
  object,
  outcome,
  details = {},
}: AuditEvent): Required<AuditEvent> {
  return {
    actor: {
      id: safe(actor.id),
      kind: actor.kind,
      name: safe(actor.name),
      address: actor.address === null ? null : safe(actor.address),
      requestId: actor.requestId === null ? null : safe(actor.requestId),
    } satisfies AuditActor,
    action,
    object: { kind: safe(object.kind), name: safe(object.name) },
    outcome,
    details: safeDetails(details),
  };
}

/** The fields of the log line of an event. */
export function auditFields(event: AuditEvent) {
  const { actor, action, object, outcome, details } = recordable(event);
  return {
    audit: action,
    outcome,
    actor: actor.id,
    actor_kind: actor.kind,
    actor_name: actor.name,
    address: actor.address,
    object_kind: object.kind,
    object: object.name,
    request_id: actor.requestId,
    details,
  };
}

function safeDetails(details: AuditDetails): AuditDetails {
  return Object.fromEntries(
    Object.entries(details).map(([name, value]) => [
      safe(name),
      typeof value === 'string' ? safe(value) : value,
    ]),
  );
}

function safe(text: string): string {
  // A cut within a surrogate pair leaves a half, which is escaped like every invisible character.
  const short =
    text.length <= AUDIT_TEXT_CHARACTERS_MAX ? text : `${text.slice(0, AUDIT_TEXT_CHARACTERS_MAX)}…`;
  return printable(short);
}
