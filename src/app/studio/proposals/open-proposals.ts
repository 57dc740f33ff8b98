import type { AuditLog } from '../../../core/access/audit-log.ts';
import { BridgeError } from '../../../core/errors.ts';
import type { Logger } from '../../../core/log.ts';
import type { Redactor } from '../../../core/secrets/redact.ts';
import type { Clock } from '../../../core/time/clock.ts';
import type { GithubSettings } from '../../../studio/github/settings.ts';
import type { ProposalStore } from '../../../state/studio/proposals.ts';
import type { ProposalService } from './proposal-service.ts';

interface ProposalContext {
  /** undefined: no credentials are configured, so the repository is the folder `cwd` and nothing can be proposed. */
  readonly github: GithubSettings | undefined;
  readonly cwd: string;
  readonly store: ProposalStore;
  readonly audit: AuditLog;
  readonly clock: Clock;
  readonly log: Logger;
  readonly redactor: Pick<Redactor, 'addToken' | 'redact'>;
  /** Only tests set these waits. */
  readonly timing?: Partial<ProposalTiming>;
}

/** The waits of proposals, in milliseconds. */
export interface ProposalTiming {
  /** Between two requests that write. */
  readonly betweenWritesMs: number;
  /** Before a request that reads is repeated. */
  readonly retryMs: number;
  /** How long a proposal waits for another one of the same repository. */
  readonly busyMs: number;
  readonly leaseMs: number;
}

/** @throws BridgeError ENVIRONMENT_INVALID for a proxy that is not an address */
export function openProposals(context: ProposalContext): ProposalService & { close(): Promise<void> } {
  void context;
  throw new BridgeError('GITHUB_NOT_CONFIGURED', 'Proposals are not available yet.');
}
