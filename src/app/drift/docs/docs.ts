import type { Comparer, DriftContext } from '../comparer.ts';
import { scopeOfAll, thrownOutcome, type DriftFinding } from '../drift-finding.ts';
import { comparePage, placedFinding } from './compare-page.ts';
import { readPages } from './pages.ts';

const NAME = 'docs';

/**
 * Compares the command lines and variables in Markdown with the program. In a repository of connectors, other code names other
 * programs, so only what names this program is compared.
 */
export const docsComparer: Pick<Comparer, 'compare'> = {
  async compare(context, signal) {
    try {
      const found = await comparePages(context);
      signal.throwIfAborted();
      return found;
    } catch (thrown) {
      signal.throwIfAborted();
      return [{ ...scopeOfAll(NAME), ...thrownOutcome(thrown, []) }];
    }
  },
};

async function comparePages({ docsPaths, program, cwd }: DriftContext): Promise<DriftFinding[]> {
  const pages = await readPages(docsPaths, cwd);
  if (pages.length === 0) {
    const message = 'There is no Markdown to compare: neither README.md nor docs/ exists here.';
    return [{ ...scopeOfAll(NAME), status: 'skip', message }];
  }
  const found = pages.flatMap((page) =>
    comparePage(page, program).sort((left, right) => left.line - right.line),
  );
  if (found.length > 0) return found.map((drift) => placedFinding(NAME, drift));
  const count = pages.length === 1 ? '1 page names' : `${pages.length} pages name`;
  const message = `${count} only commands, options and variables that this program has.`;
  return [{ ...scopeOfAll(NAME), status: 'ok', message }];
}
