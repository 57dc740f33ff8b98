import { relative, resolve } from 'node:path';
import { BridgeError } from '../../core/errors.ts';
import { problemLine } from '../../definitions/problem.ts';
import { DEFAULT_TIME_ZONE } from '../../definitions/schedule/types.ts';
import type { DefinitionTypes } from '../../definitions/files/kinds.ts';
import type { KindName } from '../../definitions/files/kind-names.ts';
import { appKeyOf } from '../../definitions/app/app-key.ts';
import type { Schedulable } from '../../schedules/schedulable.ts';
import { checkDefinitionsUnderPolicy, type PolicyPlace } from '../catalog/policy.ts';
import { secretVariablesOf } from '../catalog/secret-variables.ts';

/**
 * Reads all definitions for a generator.
 * @param paths files or folders
 * @returns in the order of their names
 * @throws BridgeError DEFINITIONS_INVALID if a file has errors, because its schedule would be lost
 */
export async function readSchedulables(
  paths: readonly string[],
  place: PolicyPlace,
): Promise<readonly Schedulable[]> {
  const report = await checkDefinitionsUnderPolicy(paths, place);
  const failures = report.problems.filter(({ status }) => status === 'fail');
  if (failures.length > 0) {
    throw new BridgeError(
      'DEFINITIONS_INVALID',
      ['Some definitions have errors:', ...failures.map(problemLine)],
      { hint: 'Correct them first: a definition that cannot be read would lose its schedule.' },
    );
  }
  const { cwd } = place;
  const found = await Promise.all([
    ...report.connectors.map(({ file, connector }) => schedulable('Connector', file, cwd, connector)),
    ...report.knowledgeSources.map(({ file, knowledgeSource }) =>
      schedulable('KnowledgeSource', file, cwd, knowledgeSource),
    ),
    ...report.apps.map(async ({ file, app }) => ({
      ...(await schedulable('App', file, cwd, app)),
      appKey: appKeyOf(app),
    })),
  ]);
  return found.toSorted((left, right) => (left.name < right.name ? -1 : 1));
}

/** One definition as schedulers see it. @param file relative to `cwd`, or absolute */
export async function schedulable<Name extends KindName>(
  name: Name,
  file: string,
  cwd: string,
  definition: DefinitionTypes[Name],
): Promise<Schedulable> {
  const { schedule, timeZone = DEFAULT_TIME_ZONE, paused = false, catchUp = 'last' } = definition.spec;
  return {
    kind: name,
    name: definition.metadata.name,
    // The same file gives the same path, whether it was named as `a.yaml`, as `./a.yaml` or absolutely.
    file: relative(cwd, resolve(cwd, file)).replaceAll('\\', '/'),
    schedule,
    timeZone,
    paused,
    catchUp,
    secretVariables: await secretVariablesOf(name, definition),
  };
}
