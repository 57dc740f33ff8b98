/**
 * Compares the documentation of this repository with the program: commands, options, variables, routes, tables, exit statuses,
 * error codes, files and examples, in both directions, and every generated file.
 *
 *     npm run check-docs-drift -- [--format text|json|github]
 */
import process from 'node:process';
import { parseArgs } from 'node:util';
import { docsDrift } from './drift/docs-drift.ts';
import { collectFacts } from './drift/facts.ts';
import { FORMAT_OPTION, formatNamed, runGate } from './drift/gate.ts';
import { generatedDrift } from './drift/generated-drift.ts';
import { GENERATORS } from './generate/generators.ts';

await runGate(() => {
  const { values } = parseArgs({ options: FORMAT_OPTION });
  const find = async () => [
    ...(await docsDrift(process.cwd(), await collectFacts(process.cwd()))),
    ...(await generatedDrift(GENERATORS)),
  ];
  return { format: formatNamed(values.format), find };
}, 'The documentation names only what the program has, and everything that it has.');
