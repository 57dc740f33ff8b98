import type { Actor } from '../../../core/access/actor.ts';
import { gitBlob } from '../../../studio/git-blob.ts';
import type { DraftService } from '../drafts/draft-service.ts';
import type { DirectAction } from './change-proposals.ts';
import { pausedText } from './connector-text.ts';
import type { Intended } from './intended-change.ts';

/** What an action on a connector means for the repository. @throws BridgeError DEFINITION_UNKNOWN or GITHUB_* */
export async function actionIntended(
  connectorId: string,
  action: DirectAction,
  drafts: Pick<DraftService, 'original'>,
  actor: Actor,
  signal: AbortSignal,
): Promise<Intended> {
  const { path, text } = await drafts.original(connectorId, actor, signal);
  const common = {
    action,
    connectorId,
    path,
    draft: null,
    conflict: null,
    basedOnBlob: gitBlob(text),
  } as const;
  if (action === 'delete') return { ...common, after: null, refusals: [] };
  const edited = pausedText(text, path, action === 'pause');
  return 'text' in edited
    ? { ...common, after: edited.text, refusals: [] }
    : { ...common, after: text, refusals: [edited.refusal] };
}
