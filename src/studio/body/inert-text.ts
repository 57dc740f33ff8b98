import { printable, printableLines } from '../../core/text/printable.ts';

/**
 * A text of a user in Markdown, as code: it mentions no one, closes no issue, and is neither HTML nor a link. Invisible characters and
 * those that change the direction of writing are escaped.
 */
export function inertCode(text: string): string {
  const line = printable(text).trim();
  if (line === '') return '(empty)';
  const fence = '`'.repeat(longestRun(line) + 1);
  // A blank keeps a backtick at an end apart from the fence; Markdown removes it again.
  const padding = line.startsWith('`') || line.endsWith('`') ? ' ' : '';
  return `${fence}${padding}${line}${padding}${fence}`;
}

/** A text of several lines in a block of code whose fence is longer than any run of backticks in it. */
export function inertBlock(text: string, language = 'text'): string {
  const lines = printableLines(text.replaceAll('\r\n', '\n')).replace(/\n$/, '');
  const fence = '`'.repeat(Math.max(3, longestRun(lines) + 1));
  return `${fence}${language}\n${lines}\n${fence}`;
}

function longestRun(text: string): number {
  return Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
}
