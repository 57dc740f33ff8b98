import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { examplesIn } from '../../src/app/drift/docs/examples.ts';
import { comparePage } from '../../src/app/drift/docs/compare-page.ts';
import { readPages, type Page } from '../../src/app/drift/docs/pages.ts';
import type { Finding } from '../../src/core/finding.ts';
import { undocumentedThings } from './documented-things.ts';
import type { Facts } from './facts.ts';
import { driftAt, type PlacedDrift } from './finding.ts';
import { namedPlaces } from './named-places.ts';
import { namedTables } from './named-tables.ts';
import { namedThings } from './named-things.ts';

/** Pages about this program, beside those in `docs/`. Those that do not exist are skipped. */
const PAGES: readonly string[] = [
  'README.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'docs',
  'helm/gemini-sync-bridge/README.md',
  'kestra/README.md',
];
/** Generated pages have the names of many programs; what they name, their generators take from the source. */
const GENERATED = /^<!-- Generated from /m;

/** Compares every page with the program, in both directions, and validates the examples. @param root the repository */
export async function docsDrift(root: string, facts: Facts): Promise<Finding[]> {
  const pages = await readPages(
    PAGES.filter((page) => existsSync(join(root, page))),
    root,
  );
  const examples = await examplesIn(pages);
  return [
    ...pages.flatMap((page) => driftOf(page, root, facts)),
    ...undocumentedThings(pages, facts),
    ...examples.filter(({ status }) => status === 'drift' || status === 'warn'),
  ];
}

function driftOf(page: Page, root: string, facts: Facts): PlacedDrift[] {
  const commandLines = comparePage(page, facts.program).map(({ file, line, message, fix }) =>
    driftAt({ file, line }, 'command', { message, fix }),
  );
  if (GENERATED.test(readFileSync(join(root, page.file), 'utf8'))) return commandLines;
  return [
    ...commandLines,
    ...namedThings(page, facts),
    ...namedPlaces(page, facts),
    ...namedTables(page, facts),
  ];
}
