import { guarded } from '../../../src/cli/output/terminal.ts';

/** What reaches the terminal of a text that is written to it. */
export function onTerminal(text: string): string {
  let shown = '';
  guarded({ write: (piece) => (shown += piece), isTTY: true }).write(text);
  return shown;
}
