import type { GeneratedFile } from '../generated-file.ts';
import type { Schedulable } from '../schedulable.ts';
import { flowText } from './flow-text.ts';
import type { KestraProblem } from './problem.ts';
import { kestraProblems } from './problems.ts';

/** The folder of the generated flows, within the folder of all flows. */
export const GENERATED_FOLDER = 'connectors';

interface KestraFlows {
  /** One file for each definition; empty if there are problems. */
  readonly files: readonly GeneratedFile[];
  readonly problems: readonly KestraProblem[];
}

/** Computes the flow of each definition. */
export function kestraFlows(definitions: readonly Schedulable[]): KestraFlows {
  const problems = kestraProblems(definitions);
  if (problems.length > 0) return { files: [], problems };
  const files = definitions.map((definition) => ({
    path: `${GENERATED_FOLDER}/${definition.name}.yaml`,
    source: definition.file,
    body: flowText(definition),
  }));
  return { files, problems };
}
