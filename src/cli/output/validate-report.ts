import type { Report } from '../../definitions/connector/load.ts';
import type { Problem } from '../../definitions/problem.ts';
import { printable } from '../../core/printable.ts';
import { githubAnnotation } from './github-annotation.ts';
import type { Style } from './style.ts';

/** For people: files apart, each problem with its place, its field, what is wrong and what to write; then one line of sums. */
export function textReport(report: Report, style: Style): string {
  const blocks = [...byFile(report.problems)].map((problems) => {
    const places = problems.map(({ file, line }) => printable(`${file}:${line}`));
    const width = Math.max(...places.map((place) => place.length));
    return problems
      .map(({ severity, path, message, fix }, index) => {
        const place = (places[index] ?? '').padEnd(width);
        const label = severity === 'error' ? style.red('error  ') : style.yellow('warning');
        const field = path === '' ? '' : `${style.bold(printable(path))}  `;
        return `${style.cyan(place)}  ${label}  ${field}${printable(message)}\n    fix: ${printable(fix)}\n`;
      })
      .join('');
  });
  return [...blocks, `${summary(report, style)}\n`].join('\n');
}

/** For programs: one JSON object. */
export function jsonReport({ files, problems }: Report): string {
  const { errors, warnings } = sums(problems);
  return `${JSON.stringify({ ok: errors === 0, files, errors, warnings, problems }, null, 2)}\n`;
}

/** Workflow commands that GitHub shows beside the lines of a pull request. */
export function githubReport(report: Report): string {
  const lines = report.problems.map(({ severity, file, line, column, path, message, fix }) => {
    const title = path === '' ? undefined : path;
    return githubAnnotation({ severity, file, line, column, title }, `${message} Write: ${fix}`);
  });
  return [...lines, `${summary(report)}\n`].join('');
}

function byFile(problems: readonly Problem[]): Iterable<readonly Problem[]> {
  const groups = new Map<string, Problem[]>();
  for (const problem of problems) groups.set(problem.file, [...(groups.get(problem.file) ?? []), problem]);
  return groups.values();
}

function sums(problems: readonly Problem[]): { readonly errors: number; readonly warnings: number } {
  const errors = problems.filter((problem) => problem.severity === 'error').length;
  return { errors, warnings: problems.length - errors };
}

function summary(report: Report, style?: Style): string {
  const { errors, warnings } = sums(report.problems);
  const files = count(report.files.length, 'file');
  const also = warnings === 0 ? '' : `, ${count(warnings, 'warning')}`;
  const text = errors === 0 ? `${files} valid${also}.` : `${count(errors, 'problem')}${also} in ${files}.`;
  return style === undefined ? text : style[errors === 0 ? 'green' : 'red'](text);
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
