import type { Finding } from '../../app/doctor/finding.ts';
import { ERROR_KINDS } from '../../core/errors.ts';
import { EXIT, type ExitStatus } from '../../core/exit-status.ts';
import { findingLines } from './finding-lines.ts';
import type { Style } from './style.ts';

type Status = Finding['status'];

const LABELS: Readonly<Record<Status, string>> = { ok: 'ok', warn: 'warn', fail: 'fail', skipped: 'skip' };
const PAINTS = { ok: 'green', warn: 'yellow', fail: 'red', skipped: 'dim' } as const;
const SUBJECT_WIDTH = 16;

/** That of the first check that failed; warnings fail nothing. */
export function exitStatusOf(findings: readonly Finding[]): ExitStatus {
  const failed = findings.find((finding) => finding.status === 'fail');
  return failed === undefined ? EXIT.done : ERROR_KINDS[failed.code].exit;
}

/**
 * For a person: a line for each check, its fix below it, and a line of sums.
 * @param columns of the terminal; undefined elsewhere, where nothing is wrapped
 */
export function textReport(findings: readonly Finding[], style: Style, columns?: number): string {
  const lines = findings.flatMap((finding) => {
    const { status } = finding;
    const shown = { ...finding, label: LABELS[status], paint: PAINTS[status] };
    return findingLines(shown, { subject: SUBJECT_WIDTH, terminal: columns ?? Infinity }, style);
  });
  return [...lines, '', sumsLine(findings, style), ''].join('\n');
}

/** For a program: one object. */
export function jsonReport(findings: readonly Finding[]) {
  const exitStatus = exitStatusOf(findings);
  return {
    ok: exitStatus === EXIT.done,
    exitStatus,
    ...countsOf(findings),
    checks: findings.map((finding) => ({
      subject: finding.subject,
      status: finding.status,
      message: finding.what,
      fix: 'fix' in finding ? finding.fix : null,
      code: 'code' in finding ? finding.code : null,
    })),
  };
}

function countsOf(findings: readonly Finding[]) {
  const count = (status: Status) => findings.filter((finding) => finding.status === status).length;
  return { passed: count('ok'), warnings: count('warn'), failures: count('fail'), skipped: count('skipped') };
}

function sumsLine(findings: readonly Finding[], style: Style): string {
  const { passed, warnings, failures, skipped } = countsOf(findings);
  const parts = [
    `${passed} ok`,
    `${warnings} ${warnings === 1 ? 'warning' : 'warnings'}`,
    `${failures} failed`,
    ...(skipped > 0 ? [`${skipped} skipped`] : []),
  ];
  return style[failures > 0 ? 'red' : warnings > 0 ? 'yellow' : 'green'](`${parts.join(', ')}.`);
}
