import { explanationRows } from '../../app/explain/explanation-rows.ts';
import { advice, headline, type Explained } from '../../app/explain/messages.ts';
import { printable } from '../../core/text/printable.ts';
import type { Style } from './style.ts';
import { isCommand, wrapStyled } from './wrap.ts';

/** Describes the status of a document for a person. `width` is the number of columns of the terminal. */
export function explanationText(explained: Explained, style: Style, width: number): string {
  const { explanation } = explained;
  const name = style.bold(printable(explanation.docId ?? explanation.apiId));
  const emphasis = { good: style.green, bad: style.red, doubtful: style.yellow };
  const groups = explanationRows(explanation, explained.local);
  const labels = Math.max(...groups.flat().map(([label]) => label.length));
  const indent = ' '.repeat(labels + 4);
  const shown = groups.map((rows) =>
    rows.flatMap(([label, value]) => {
      const start = style.dim(`  ${label.padEnd(labels)}  `);
      const [first = '', ...rest] = wrapStyled(value, width - indent.length);
      return [`${start}${first}`, ...rest.map((line) => `${indent}${line}`)];
    }),
  );
  const next = advice(explained).flatMap((line) =>
    // A command is not wrapped, so that it can be copied.
    isCommand(line)
      ? [`    ${line}`]
      : wrapStyled(line, width - 2).map((part, index) => `${index === 0 ? '→' : ' '} ${part}`),
  );
  const blocks = [wrapStyled(headline(explained, name, emphasis), width), ...shown, next];
  return `${blocks
    .filter((block) => block.length > 0)
    .map((block) => block.join('\n'))
    .join('\n\n')}\n`;
}
