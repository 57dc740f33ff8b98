/**
 * Fails if a branch changes `src/` and nothing in `test/`.
 *
 *     npm run check-tdd-guardrails -- [--base BRANCH] [--format text|json|github]
 *
 * A commit that needs no test says why, with a trailer: `No-Test: only moves code`.
 */
import process from 'node:process';
import { parseArgs } from 'node:util';
import { FORMAT_OPTION, formatNamed, runGate } from './drift/gate.ts';
import { untestedChanges } from './drift/tdd-guardrails.ts';

await runGate(() => {
  const { values } = parseArgs({ options: { ...FORMAT_OPTION, base: { type: 'string' } } });
  const { base, format } = values;
  return { format: formatNamed(format), find: () => untestedChanges({ root: process.cwd(), base }) };
}, 'Every change in src/ comes with a change in test/, or needs none.');
