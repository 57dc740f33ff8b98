import { requireRight, type Actor } from '../../../core/access/actor.ts';
import type {
  AuditFilter,
  AuditLog,
  AuditRecords,
  RecordedAuditEvent,
} from '../../../core/access/audit-log.ts';
import { AUDIT_EXPORT_PAGE } from '../../limits.ts';

/** One page of the audit log, newest first. */
interface AuditPage {
  readonly events: readonly RecordedAuditEvent[];
  /** The place where the next page begins; undefined after the last one. */
  readonly before: number | undefined;
}

/** What an administrator reads of the audit log. Every method: @throws BridgeError RIGHT_MISSING or STATE_* */
export interface AuditService {
  page(
    filter: AuditFilter,
    page: { readonly before?: number | undefined; readonly limit: number },
    actor: Actor,
  ): Promise<AuditPage>;
  /** Everything that matches and that existed when the export began, oldest first. The export itself is recorded first. */
  export(filter: AuditFilter, actor: Actor): Promise<AsyncIterable<RecordedAuditEvent>>;
}

export function auditService(records: AuditRecords, audit: AuditLog): AuditService {
  return {
    async page(filter, { before, limit }, actor) {
      requireRight(actor, 'admin');
      // One more shows whether there is a further page.
      const events = await records.list(filter, { before, limit: limit + 1 });
      const shown = events.slice(0, limit);
      return { events: shown, before: events.length > limit ? shown.at(-1)?.id : undefined };
    },
    async export(filter, actor) {
      requireRight(actor, 'admin');
      const given = Object.entries(filter).filter(
        (entry): entry is [string, string] => entry[1] !== undefined,
      );
      await audit.record({
        actor,
        action: 'audit.export',
        object: { kind: 'audit_log', name: 'audit_events' },
        outcome: 'ok',
        details: Object.fromEntries(given),
      });
      return pages(records, filter, await records.newestId());
    },
  };
}

/** Holds one page at a time, whatever the size of the log. */
async function* pages(records: AuditRecords, filter: AuditFilter, newest: number) {
  for (let after = 0; ;) {
    const events = await records.next(filter, { after, newest, limit: AUDIT_EXPORT_PAGE });
    yield* events;
    const last = events.at(-1);
    if (last === undefined || events.length < AUDIT_EXPORT_PAGE) return;
    after = last.id;
  }
}
