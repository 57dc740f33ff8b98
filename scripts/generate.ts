/**
 * Makes every file that is generated from the source, in one process:
 *
 *     npm run generate          writes them
 *     npm run generate:check    fails and names those that are not current
 */
import process from 'node:process';
import { parseArgs } from 'node:util';
import { cliReference } from './cli-reference.ts';
import { errorReference } from './error-reference.ts';
import { exitStatusTables } from './exit-status-tables.ts';
import { fieldReference } from './field-reference.ts';
import { isCurrent, writePage, type GeneratedPage } from './generated-page.ts';
import { kestraFlowFiles } from './kestra-flow-files.ts';
import { limitReference } from './limit-reference.ts';
import { openApi } from './openapi.ts';
import { appPresetReference } from './app-preset-reference.ts';
import { presetReference } from './preset-reference.ts';

const GENERATORS: readonly (() => Promise<readonly GeneratedPage[]>)[] = [
  errorReference,
  limitReference,
  fieldReference,
  cliReference,
  exitStatusTables,
  openApi,
  presetReference,
  appPresetReference,
  kestraFlowFiles,
];

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
for (const generate of GENERATORS) {
  for (const page of await generate()) {
    if (!values.check) await writePage(page);
    else if (!(await isCurrent(page))) {
      process.stderr.write(`${page.path} differs from what its source generates. Run: npm run generate\n`);
      process.exitCode = 1;
    }
  }
}
