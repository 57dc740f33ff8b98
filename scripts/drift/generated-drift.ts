import { firstStaleLine } from '../generate/generated-page.ts';
import type { Generator } from '../generate/generators.ts';
import { driftAt, type PlacedDrift } from './finding.ts';

/** Finds files that differ from what their generators write. */
export async function generatedDrift(generators: readonly Generator[]): Promise<PlacedDrift[]> {
  const found: PlacedDrift[] = [];
  for (const generate of generators) {
    for (const page of await generate()) {
      const line = await firstStaleLine(page);
      if (line === undefined) continue;
      const message = `${page.path} differs from what its source generates.`;
      found.push(driftAt({ file: page.path, line }, 'generated', { message, fix: 'Run: npm run generate' }));
    }
  }
  return found;
}
