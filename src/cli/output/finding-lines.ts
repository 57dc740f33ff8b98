import { printable } from '../../core/printable.ts';
import type { Style } from './style.ts';
import { wrap } from './wrap.ts';

/** One check result, for a person. */
interface ShownFinding {
  /** At most 5 characters. */
  readonly label: string;
  /** Of the label; what is dim is dim as a whole. */
  readonly paint: keyof Style;
  readonly subject: string;
  readonly what: string;
  readonly fix?: string;
}

interface Widths {
  /** Width of the subject, including the blanks after it. */
  readonly subject: number;
  /** The terminal's; infinite elsewhere, where nothing is wrapped. */
  readonly terminal: number;
}

const LABEL_WIDTH = 6;
/** What is left for a sentence beside its subject; on a terminal that is narrower it goes below. */
const BESIDE_WIDTH_MIN = 50;
/** Words are not broken below this, however narrow the terminal is. */
const TEXT_WIDTH_MIN = 16;

/** Label, subject and sentence beside each other, and what to do below. */
export function findingLines(finding: ShownFinding, widths: Widths, style: Style): string[] {
  const { label, paint, what, fix } = finding;
  const subject = printable(finding.subject);
  const beside = widths.terminal >= LABEL_WIDTH + widths.subject + BESIDE_WIDTH_MIN;
  const indent = ' '.repeat(beside ? LABEL_WIDTH + widths.subject : 2);
  const width = Math.max(widths.terminal - indent.length, TEXT_WIDTH_MIN);
  const [first = '', ...rest] = wrap(clean(what), width);
  const shade = (line: string) => (paint === 'dim' ? style.dim(line) : line);
  const head = `${style[paint](label.padEnd(LABEL_WIDTH))}${style.bold(beside ? subject.padEnd(widths.subject) : subject)}`;
  const sentence = beside ? [`${head}${shade(first)}`] : [head, `${indent}${shade(first)}`];
  return [
    ...sentence,
    ...rest.map((line) => `${indent}${shade(line)}`),
    ...(fix === undefined ? [] : fixLines(fix, indent, width)),
  ];
}

function fixLines(fix: string, indent: string, width: number): string[] {
  const lines = wrap(clean(fix), Math.max(width - 2, TEXT_WIDTH_MIN));
  return lines.map((line, index) => `${indent}${index === 0 ? '→' : ' '} ${line}`);
}

/** With its line breaks, which are our own. */
function clean(text: string): string {
  return text.split('\n').map(printable).join('\n');
}
