import type { AuditEvent } from '../../core/access/audit-log.ts';
import type { CheckState } from './check-state-port.ts';
import type { State } from './state-port.ts';

/** The state as `retire` uses it: a run, and what it must know before it deletes every document. */
export interface RetireState extends State, Pick<CheckState, 'queueDepth' | 'records'> {
  /** Records an action in the audit log. An action whose event cannot be recorded must not happen. */
  audit(event: AuditEvent): Promise<void>;
}
