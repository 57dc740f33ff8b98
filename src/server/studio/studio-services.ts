import type { AuditService } from '../../app/studio/audit/audit-service.ts';
import type { Refusals } from '../../app/studio/audit/refusals.ts';
import type { ManagedSecretService } from '../../app/studio/secrets/managed-secret-service.ts';
import type { DraftChecker } from '../../app/studio/check-draft.ts';
import type { DraftService } from '../../app/studio/drafts/draft-service.ts';
import type { ChangeProposals } from '../../app/studio/changes/change-proposals.ts';
import type { PreviewService } from '../../app/studio/preview/preview-service.ts';
import type { ProposalService } from '../../app/studio/proposals/proposal-service.ts';
import type { AuditLog } from '../../core/access/audit-log.ts';

/** What Studio requires beside the rest of the server. */
export interface StudioServices {
  readonly audit: AuditLog;
  readonly auditEvents: AuditService;
  readonly refusals: Refusals;
  readonly secrets: ManagedSecretService;
  readonly drafts: DraftService;
  readonly draftChecker: DraftChecker;
  readonly changes: ChangeProposals;
  /** The folder to which the files of definitions are relative. */
  readonly cwd: string;
  readonly proposals: ProposalService;
  readonly previews: PreviewService;
}
