import { exitStatusOf, type DriftFinding } from '../../app/drift/drift-finding.ts';
import { EXIT } from '../../core/exit-status.ts';
import { findingLines } from './finding-lines.ts';
import { githubAnnotation } from './github-annotation.ts';
import type { Style } from './style.ts';

type Status = DriftFinding['status'];

const LABELS: Readonly<Record<Status, string>> = {
  ok: 'ok',
  warn: 'warn',
  drift: 'drift',
  failed: 'fail',
  skipped: 'skip',
};
const PAINTS = { ok: 'green', warn: 'yellow', drift: 'red', failed: 'red', skipped: 'dim' } as const;
const BLANKS_BEHIND_SUBJECT = 2;

/**
 * For a person: a line for each comparison, what to do below it, and a line of sums.
 * @param columns of the terminal; undefined elsewhere, where nothing is wrapped
 */
export function textReport(findings: readonly DriftFinding[], style: Style, columns?: number): string {
  const subjectWidth = Math.max(...findings.map((finding) => subjectOf(finding).length));
  const widths = { subject: subjectWidth + BLANKS_BEHIND_SUBJECT, terminal: columns ?? Infinity };
  const lines = findings.flatMap((finding) => {
    const { status } = finding;
    const shown = { ...finding, subject: subjectOf(finding), label: LABELS[status], paint: PAINTS[status] };
    return findingLines(shown, widths, style);
  });
  const worst = exitStatusOf(findings) === EXIT.done ? 'green' : 'red';
  return [...lines, '', style[worst](sums(findings)), ''].join('\n');
}

/** For a program: one object. */
export function jsonReport(findings: readonly DriftFinding[]): string {
  const exitStatus = exitStatusOf(findings);
  const report = {
    ok: exitStatus === EXIT.done,
    exitStatus,
    ...countsOf(findings),
    findings: findings.map((finding) => ({
      comparer: finding.comparer,
      connector: finding.connector,
      file: finding.file,
      status: finding.status,
      message: finding.what,
      fix: 'fix' in finding ? finding.fix : null,
      code: 'code' in finding ? finding.code : null,
    })),
  };
  return `${JSON.stringify(report, null, 2)}\n`;
}

/** Workflow commands that GitHub shows beside the connector files; what is all right has none. */
export function githubReport(findings: readonly DriftFinding[]): string {
  const lines = findings.flatMap((finding) => {
    if (!('fix' in finding)) return [];
    const severity = finding.status === 'warn' ? 'warning' : 'error';
    const about = { severity, file: finding.file ?? undefined, title: subjectOf(finding) } as const;
    return [githubAnnotation(about, `${finding.what} ${finding.fix}`)];
  });
  return [...lines, `${sums(findings)}\n`].join('');
}

function subjectOf({ comparer, connector }: DriftFinding): string {
  return connector === null ? comparer : `${comparer} ${connector}`;
}

function countsOf(findings: readonly DriftFinding[]) {
  const count = (status: Status) => findings.filter((finding) => finding.status === status).length;
  return {
    passed: count('ok'),
    warnings: count('warn'),
    drifts: count('drift'),
    failures: count('failed'),
    skipped: count('skipped'),
  };
}

function sums(findings: readonly DriftFinding[]): string {
  const { passed, warnings, drifts, failures, skipped } = countsOf(findings);
  const parts = [
    `${passed} ok`,
    ...(warnings > 0 ? [`${warnings} ${warnings === 1 ? 'warning' : 'warnings'}`] : []),
    `${drifts} drifted`,
    `${failures} failed`,
    ...(skipped > 0 ? [`${skipped} skipped`] : []),
  ];
  return `${parts.join(', ')}.`;
}
