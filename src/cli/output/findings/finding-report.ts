import type { ExitStatus } from '../../../core/exit-status.ts';
import type { Finding, FindingStatus } from '../../../core/finding.ts';

/** The findings of a command. Their format does not depend on the command. */
export interface FindingReport {
  readonly findings: readonly Finding[];
  readonly exitStatus: ExitStatus;
  /** True if the findings refer to positions in files: people then see the position of each finding, grouped by file. */
  readonly byFile?: boolean;
  /** The last line of the text format. */
  readonly summary: string;
  /** Keys that only this command has in its JSON object. */
  readonly ownKeys?: Readonly<Record<string, unknown>>;
  /** An additional name for `findings` in the JSON object, for programs that expect it. */
  readonly listName?: string;
}

const NOUNS: Readonly<Record<FindingStatus, (count: number) => string>> = {
  ok: () => 'ok',
  warn: (count) => (count === 1 ? 'warning' : 'warnings'),
  drift: () => 'drifted',
  fail: () => 'failed',
  skip: () => 'skipped',
};

/**
 * `12 ok, 1 warning, 0 failed.`
 * @param always statuses that are listed even if no finding has them
 */
export function summaryOf(findings: readonly Finding[], always: readonly FindingStatus[]): string {
  const statuses = ['ok', 'warn', 'drift', 'fail', 'skip'] as const;
  const parts = statuses.flatMap((status) => {
    const count = findings.filter((finding) => finding.status === status).length;
    return count > 0 || always.includes(status) ? [`${count} ${NOUNS[status](count)}`] : [];
  });
  return `${parts.join(', ')}.`;
}
