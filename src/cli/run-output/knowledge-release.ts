import type { KnowledgeRunResult } from '../../app/knowledge/run-result.ts';
import type { ExitStatus } from '../../core/exit-status.ts';
import { printable } from '../../core/text/printable.ts';
import type { SourceSummary } from '../../knowledge/knowledge.ts';
import { releasedBy } from '../../pipeline/guard.ts';
import type { Release } from './release.ts';

export interface KnowledgeRunSummary {
  readonly source: Pick<SourceSummary, 'id' | 'name' | 'title'>;
  /** The command of the run without options: `kb sync --source …`. */
  readonly command: string;
  readonly result: KnowledgeRunResult;
  readonly exitStatus: ExitStatus;
  readonly durationMs: number;
}

/** If the listing was not complete, `--allow-deletes` does not release any deletes. Null: no deletes are held. */
export function knowledgeRelease({
  command,
  result: { holdReason, chunks },
}: KnowledgeRunSummary): Release | null {
  if (holdReason === null) return null;
  if (releasedBy(holdReason) !== 'allow_deletes') {
    return { command: null, hint: 'The next complete pass decides; --allow-deletes does not release them.' };
  }
  return {
    command: `gemini-sync-bridge ${printable(command)} --until-done --allow-deletes ${chunks.held}`,
    hint: 'If they are right, release them with this command.',
  };
}
