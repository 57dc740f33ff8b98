import type { Finding } from '../app/checks/finding.ts';
import { ERROR_KINDS } from '../core/errors.ts';
import { EXIT, type ExitStatus } from '../core/exit-status.ts';
import { printable, type Style } from './style.ts';
import { wrap } from './wrap.ts';

type Status = Finding['status'];

const LABELS: Readonly<Record<Status, string>> = { ok: 'ok', warn: 'warn', fail: 'fail', skipped: 'skip' };
const PAINTS = { ok: 'green', warn: 'yellow', fail: 'red', skipped: 'dim' } as const;
const LABEL_WIDTH = 6;
const SUBJECT_WIDTH = 16;
/** On a terminal that is narrower, a sentence goes below its subject. */
const COLUMNS_BESIDE_MIN = 72;
/** Words are not broken below this, however narrow the terminal is. */
const TEXT_WIDTH_MIN = 16;

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
  const lines = findings.flatMap((finding) => findingLines(finding, style, columns ?? Infinity));
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

function findingLines(finding: Finding, style: Style, columns: number): string[] {
  const { subject, status, what } = finding;
  const label = style[PAINTS[status]](LABELS[status].padEnd(LABEL_WIDTH));
  const beside = columns >= COLUMNS_BESIDE_MIN;
  const indent = ' '.repeat(beside ? LABEL_WIDTH + SUBJECT_WIDTH : 2);
  const width = Math.max(columns - indent.length, TEXT_WIDTH_MIN);
  const [first = '', ...rest] = wrap(clean(what), width);
  const paint = (line: string) => (status === 'skipped' ? style.dim(line) : line);
  const head = `${label}${style.bold(beside ? subject.padEnd(SUBJECT_WIDTH) : subject)}`;
  const sentence = beside ? [`${head}${paint(first)}`] : [head, `${indent}${paint(first)}`];
  return [
    ...sentence,
    ...rest.map((line) => `${indent}${paint(line)}`),
    ...('fix' in finding ? fixLines(finding.fix, indent, width) : []),
  ];
}

function fixLines(fix: string, indent: string, width: number): string[] {
  const lines = wrap(clean(fix), Math.max(width - 2, TEXT_WIDTH_MIN));
  return lines.map((line, index) => `${indent}${index === 0 ? '→' : ' '} ${line}`);
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

/** With its line breaks, which are our own. */
function clean(text: string): string {
  return text.split('\n').map(printable).join('\n');
}
