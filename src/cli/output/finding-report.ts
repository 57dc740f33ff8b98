import type { ExitStatus } from '../../core/exit-status.ts';
import type { Finding, FindingStatus } from '../../core/finding.ts';

/** What a command found. How it is written does not depend on the command. */
export interface FindingReport {
  readonly findings: readonly Finding[];
  readonly exitStatus: ExitStatus;
  /** The findings are about places in files: people see the place of each, and the files apart. */
  readonly byFile?: boolean;
  /** The last line for people. */
  readonly summary: string;
  /** What only this command has in its JSON object. */
  readonly ownKeys?: Readonly<Record<string, unknown>>;
  /** A second name of `findings` in the JSON object, for programs that know no other. */
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
 * @param always statuses that are named even if no finding has them
 */
export function summaryOf(findings: readonly Finding[], always: readonly FindingStatus[]): string {
  const statuses = ['ok', 'warn', 'drift', 'fail', 'skip'] as const;
  const parts = statuses.flatMap((status) => {
    const count = findings.filter((finding) => finding.status === status).length;
    return count > 0 || always.includes(status) ? [`${count} ${NOUNS[status](count)}`] : [];
  });
  return `${parts.join(', ')}.`;
}
