import { Type, type Static } from 'typebox';
import { AUDIT_ACTIONS, AUDIT_OUTCOMES, type RecordedAuditEvent } from '../../../core/access/audit-log.ts';

export const auditEventSchema = Type.Object(
  {
    id: Type.Integer({ description: 'Grows with every entry.' }),
    at: Type.String({ format: 'date-time' }),
    actor: Type.Object(
      {
        id: Type.String({ description: 'Id of the key or the user, never the key itself.' }),
        kind: Type.Enum(['key', 'proxy_user', 'local', 'command_line', 'anonymous', 'server'] as const),
        name: Type.String(),
        address: Type.Union([Type.String(), Type.Null()], {
          description: 'null for the command line and for the server itself.',
        }),
      },
      { additionalProperties: false },
    ),
    action: Type.Enum(AUDIT_ACTIONS),
    object: Type.Object({ kind: Type.String(), name: Type.String() }, { additionalProperties: false }),
    outcome: Type.Enum(AUDIT_OUTCOMES, {
      description: 'started: a later entry of the same request has the outcome.',
    }),
    request_id: Type.Union([Type.String(), Type.Null()]),
    details: Type.Record(
      Type.String(),
      Type.Union([Type.String(), Type.Number(), Type.Boolean(), Type.Null()]),
    ),
  },
  { additionalProperties: false },
);

export const auditPageSchema = Type.Object(
  {
    events: Type.Array(auditEventSchema, { description: 'Newest first.' }),
    next_before: Type.Union([Type.Integer(), Type.Null()], {
      description: '`before` of the next page; null after the last one.',
    }),
  },
  { additionalProperties: false, description: 'A page of the audit log.' },
);

/** An entry as the API and the export write it. */
export function eventAnswer(event: RecordedAuditEvent): Static<typeof auditEventSchema> {
  const { id, at, actor, action, object, outcome, details } = event;
  return {
    id,
    at,
    actor: { id: actor.id, kind: actor.kind, name: actor.name, address: actor.address },
    action,
    object,
    outcome,
    request_id: actor.requestId,
    details,
  };
}
