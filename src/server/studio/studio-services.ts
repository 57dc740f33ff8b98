import type { DraftChecker } from '../../app/studio/check-draft.ts';
import type { DraftService } from '../../app/studio/drafts/draft-service.ts';
import type { PreviewService } from '../../app/studio/preview/preview-service.ts';
import type { ManagedSecretService } from '../../app/studio/secrets/managed-secret-service.ts';
import type { AuditLog } from '../../core/access/audit-log.ts';

/** What Studio requires beside the rest of the server. */
export interface StudioServices {
  readonly audit: AuditLog;
  readonly drafts: DraftService;
  readonly draftChecker: DraftChecker;
  readonly secrets: ManagedSecretService;
  readonly previews: PreviewService;
}
