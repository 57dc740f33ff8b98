import type { AuditAction, AuditActor, AuditOutcome } from '../../core/access/audit-log.ts';

export interface AuditEventTable {
  /** Postgres returns a bigint as text. */
  id: number | string;
  at: string;
  actor_id: string;
  actor_kind: AuditActor['kind'];
  actor_name: string;
  address: string | null;
  action: AuditAction;
  object_kind: string;
  object_name: string;
  outcome: AuditOutcome;
  request_id: string | null;
  details: string;
}

declare module 'knex/types/tables.js' {
  interface Tables {
    audit_events: AuditEventTable;
  }
}
