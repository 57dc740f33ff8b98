import { toBridgeError } from '../../../core/errors.ts';
import type { Logger } from '../../../core/log.ts';
import type { FileChange } from '../../../studio/repository.ts';
import type { ProposalRecord, ProposalService } from '../proposals/proposal-service.ts';

interface FilesSettings {
  readonly service: Pick<ProposalService, 'textOf'>;
  readonly log: Pick<Logger, 'warn'>;
}

/**
 * The files of a stored proposal. The texts are read from GitHub by their blobs, which never change.
 * @returns undefined if GitHub does not have them, or cannot be reached
 */
export async function proposedFiles(
  { files }: ProposalRecord,
  { service, log }: FilesSettings,
  signal: AbortSignal,
): Promise<readonly FileChange[] | undefined> {
  try {
    const textOf = (path: string, blob: string | null) =>
      blob === null ? null : service.textOf(path, blob, signal);
    const found: FileChange[] = [];
    for (const { path, before, after } of files) {
      const was = await textOf(path, before);
      const is = await textOf(path, after);
      if (was === undefined || is === undefined) return undefined;
      found.push({ path, before: was, after: is });
    }
    return found;
  } catch (thrown) {
    const { code } = toBridgeError(thrown);
    if (!code.startsWith('GITHUB_')) throw thrown;
    log.warn('the files of a proposal could not be requested', { code });
    return undefined;
  }
}
