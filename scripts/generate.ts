/**
 * Makes every file that is generated from the source, in one process:
 *
 *     npm run generate          writes them
 *     npm run generate:check    fails and names those that are not current
 */
import process from 'node:process';
import { parseArgs } from 'node:util';
import { writePage } from './generate/generated-page.ts';
import { generatedDrift } from './drift/generated-drift.ts';
import { GENERATORS } from './generate/generators.ts';

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
if (values.check) {
  for (const { place, message, fix } of await generatedDrift(GENERATORS)) {
    process.stderr.write(`${place.file}:${place.line}: ${message} ${fix}\n`);
    process.exitCode = 1;
  }
} else {
  for (const generate of GENERATORS) {
    for (const page of await generate()) await writePage(page);
  }
}
