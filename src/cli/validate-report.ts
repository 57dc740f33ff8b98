import { stripVTControlCharacters, styleText } from 'node:util';
import type { Report } from '../connector/load.ts';
import type { Problem } from '../connector/problem.ts';
import { githubAnnotation } from './github-annotation.ts';

/** For people: files apart, each problem with its place, its field, what is wrong and what to write; then one line of sums. */
export function textReport(report: Report, colour: boolean): string {
  const paint = (style: Parameters<typeof styleText>[0], text: string): string =>
    colour ? styleText(style, text, { validateStream: false }) : text;
  const blocks = [...byFile(report.problems)].map((problems) => {
    const places = problems.map(({ file, line }) => `${file}:${line}`);
    const width = Math.max(...places.map((place) => place.length));
    return problems
      .map(({ severity, path, message, fix }, index) => {
        const place = (places[index] ?? '').padEnd(width);
        const label = severity === 'error' ? paint('red', 'error  ') : paint('yellow', 'warning');
        const field = path === '' ? '' : `${paint('bold', clean(path))}  `;
        return `${paint('cyan', clean(place))}  ${label}  ${field}${clean(message)}\n    write: ${clean(fix)}\n`;
      })
      .join('');
  });
  return [...blocks, `${summary(report, paint)}\n`].join('\n');
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
  return [...lines, `${summary(report, (_, text) => text)}\n`].join('');
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

function summary(report: Report, paint: (style: 'green' | 'red', text: string) => string): string {
  const { errors, warnings } = sums(report.problems);
  const files = count(report.files.length, 'file');
  const also = warnings === 0 ? '' : `, ${count(warnings, 'warning')}`;
  if (errors === 0) return paint('green', `${files} valid${also}.`);
  return paint('red', `${count(errors, 'problem')}${also} in ${files}.`);
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/** A file's own text must not be able to write on a terminal, or to look like another line of the report. */
function clean(text: string): string {
  return stripVTControlCharacters(text).replaceAll(/[\p{Cc}]+/gu, ' ');
}
