import { BridgeError } from '../../../core/errors.ts';
import { pathProblem } from '../../../studio/repository-paths.ts';

/** Where the files of connectors are in their repository; undefined: the default. */
export interface StudioPaths {
  readonly connectorsPath: string | undefined;
  readonly flowsPath: string | undefined;
  readonly valuesPath: string | undefined;
}

type Variables = Readonly<Record<string, string | undefined>>;

/** @throws BridgeError ENVIRONMENT_INVALID */
export function readStudioPaths(env: Variables): StudioPaths {
  return {
    connectorsPath: repositoryPath('STUDIO_CONNECTORS_PATH', env),
    flowsPath: repositoryPath('STUDIO_KESTRA_FLOWS_PATH', env),
    valuesPath: repositoryPath('STUDIO_HELM_VALUES_PATH', env),
  };
}

function repositoryPath(name: string, env: Variables): string | undefined {
  const value = env[name];
  if (value === undefined || value === '') return undefined;
  const path = value.replace(/^\.\//, '').replace(/\/$/, '');
  const problem = pathProblem(path);
  if (problem === undefined) return path;
  throw new BridgeError('ENVIRONMENT_INVALID', `${name} is ${JSON.stringify(value)}, which ${problem}.`, {
    hint: 'Set it to a path from the root of the repository, such as connectors.',
  });
}
