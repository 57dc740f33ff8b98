import type { Knex } from 'knex';
import type { AuditEvent } from '../../core/access/audit-log.ts';
import { recordable } from '../../core/access/audit-text.ts';
import './table.ts';

/** Adds an event in the transaction of the action, so that neither exists without the other. */
export async function insertAuditEvent(knex: Knex, event: AuditEvent, now: Date): Promise<void> {
  const { actor, action, object, outcome, details } = recordable(event);
  await knex('audit_events').insert({
    at: now.toISOString(),
    actor_id: actor.id,
    actor_kind: actor.kind,
    actor_name: actor.name,
    address: actor.address,
    action,
    object_kind: object.kind,
    object_name: object.name,
    outcome,
    request_id: actor.requestId,
    details: JSON.stringify(details),
  });
}
