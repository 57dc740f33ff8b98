import type { Finding } from '../../../core/finding.ts';
import type { FindingReport } from './finding-report.ts';

/** Formats problems as workflow commands, which GitHub shows next to the lines of a pull request, followed by the summary. */
export function githubReport({ findings, summary }: FindingReport): string {
  return [...findings.flatMap(annotation), `${summary}\n`].join('');
}

function annotation(finding: Finding): string[] {
  if (!('fix' in finding)) return [];
  const { status, subject, message, fix, place } = finding;
  const properties = [
    ...(place === undefined ? [] : [`file=${property(place.file)}`]),
    ...(place?.line === undefined ? [] : [`line=${place.line}`]),
    ...(place?.column === undefined ? [] : [`col=${place.column}`]),
    ...(subject === '' ? [] : [`title=${property(subject)}`]),
  ];
  const command = [status === 'warn' ? 'warning' : 'error', properties.join(',')].filter(
    (part) => part !== '',
  );
  return [`::${command.join(' ')}::${data(`${message}\n→ ${fix}`)}\n`];
}

/** Escapes the text and the properties of a command as https://github.com/actions/toolkit requires. */
function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
