import type { ProposalService } from '../../app/studio/proposals/proposal-service.ts';
import type { AuditLog } from '../../core/access/audit-log.ts';

/** What Studio requires beside the rest of the server. */
export interface StudioServices {
  readonly audit: AuditLog;
  /** The folder to which the files of definitions are relative. */
  readonly cwd: string;
  /** Undefined: the catalog shows no proposals. */
  readonly proposals?: Pick<ProposalService, 'list'>;
}
