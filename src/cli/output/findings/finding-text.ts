import type { Finding, FindingStatus } from '../../../core/finding.ts';
import { printable } from '../../../core/text/printable.ts';
import { placeText } from '../../../definitions/problem.ts';
import type { FindingReport } from './finding-report.ts';
import type { Style } from '../style.ts';
import { wrap } from '../wrap.ts';

/** Skipped findings are dimmed as a whole. */
const PAINTS = { ok: 'green', warn: 'yellow', drift: 'red', fail: 'red', skip: 'dim' } as const;
/** The width of a label, including the space after it: no status has more than five letters. */
const LABEL_WIDTH = 6;
/** Messages are aligned up to this column; after a longer subject, the message begins directly after the subject. */
const HEAD_WIDTH_MAX = 44;
/** The minimum width for a message beside its subject; on a narrower terminal the message is placed below. */
const BESIDE_WIDTH_MIN = 50;
/** The indent of a message below its subject. */
const BELOW_INDENT = 2;
/** Text is never wrapped to fewer columns than this, even on a narrower terminal. */
const TEXT_WIDTH_MIN = 16;
const GAP = '  ';

/**
 * Formats the report for a person: each finding with its status, position, subject, message and fix, grouped by file; then
 * the summary.
 * @param columns the width of the terminal; infinite for other outputs, which are not wrapped
 */
export function textReport(report: FindingReport, style: Style, columns: number): string {
  const { findings, summary, byFile = false } = report;
  const groups = byFile ? [...groupedByFile(findings)] : [findings];
  const blocks = groups.map((group) => blockOf(group, byFile, style, columns));
  return [...blocks, `${wrap(summary, columns).map(style[paintOf(findings)]).join('\n')}\n`].join('\n');
}

function groupedByFile(findings: readonly Finding[]): Iterable<readonly Finding[]> {
  const groups = new Map<string | undefined, Finding[]>();
  for (const finding of findings) {
    const group = groups.get(finding.place?.file);
    if (group === undefined) groups.set(finding.place?.file, [finding]);
    else group.push(finding);
  }
  return groups.values();
}

function paintOf(findings: readonly Finding[]): 'red' | 'yellow' | 'green' {
  const has = (...statuses: FindingStatus[]) => findings.some(({ status }) => statuses.includes(status));
  if (has('fail', 'drift')) return 'red';
  return has('warn') ? 'yellow' : 'green';
}

function blockOf(findings: readonly Finding[], withPlaces: boolean, style: Style, columns: number): string {
  const heads = findings.map(({ place, subject }) => ({
    place: withPlaces && place !== undefined ? printable(placeText(place)) : '',
    subject: printable(subject),
  }));
  const places = Math.max(...heads.map(({ place }) => place.length));
  const widths = heads.map(({ subject }) => widthOf(places) + widthOf(subject.length));
  const widest = Math.max(...widths);
  const isBeside = columns >= LABEL_WIDTH + widest + BESIDE_WIDTH_MIN;
  const aligned = Math.min(widest, HEAD_WIDTH_MAX);
  const lines = findings.flatMap((finding, index) => {
    const { place = '', subject = '' } = heads[index] ?? {};
    const paddedPlace = places === 0 ? '' : `${style.cyan(place.padEnd(places))}${GAP}`;
    const paint = PAINTS[finding.status];
    const head = `${style[paint](finding.status.padEnd(LABEL_WIDTH))}${paddedPlace}${style.bold(subject)}`;
    const gap = ' '.repeat(Math.max(aligned, widths[index] ?? 0) - widthOf(places) - subject.length);
    const indent = ' '.repeat(isBeside ? LABEL_WIDTH + aligned : BELOW_INDENT);
    const [first = '', ...rest] = messageLines(
      finding,
      Math.max(columns - indent.length, TEXT_WIDTH_MIN),
      style,
    );
    const top = isBeside ? [`${head}${gap}${first}`] : [head.trimEnd(), `${indent}${first}`];
    return [...top, ...rest.map((line) => `${indent}${line}`)];
  });
  return `${lines.join('\n')}\n`;
}

function widthOf(length: number): number {
  return length === 0 ? 0 : length + GAP.length;
}

function messageLines(finding: Finding, width: number, style: Style): string[] {
  const shade = (line: string) => (finding.status === 'skip' ? style.dim(line) : line);
  const fix = 'fix' in finding ? wrap(clean(finding.fix), Math.max(width - GAP.length, TEXT_WIDTH_MIN)) : [];
  return [
    ...wrap(clean(finding.message), width).map(shade),
    ...fix.map((line, index) => `${index === 0 ? '→' : ' '} ${line}`),
  ];
}

/** Keeps line breaks, which come only from this program. */
function clean(text: string): string {
  return text.split('\n').map(printable).join('\n');
}
