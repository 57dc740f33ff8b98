import type { Comparer } from './comparer.ts';
import { scopeOfAll } from './drift-finding.ts';

/** The generators and what they read are not part of the installed program, so it cannot compare what they write. */
export const referencesComparer: Pick<Comparer, 'compare'> = {
  compare() {
    const message =
      'The generated pages and the OpenAPI document are compared by `npm run check-docs-drift`, in a checkout of this program.';
    return Promise.resolve([{ ...scopeOfAll('references'), status: 'skip', message }]);
  },
};
