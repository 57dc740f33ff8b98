import type { RepositoryBase } from '../repository.ts';

/** Where the files of connectors are in the repository. */
export interface RepositoryLayout {
  /** The folder of connector files. */
  readonly connectorsPath: string;
  /** The folder of Kestra flows; generated ones are in its subfolder `connectors`. */
  readonly flowsPath: string;
  /** The values file of the chart; undefined: `values.yaml`, or the only `helm/…/values.yaml`, if it has `scheduleJobs`. */
  readonly valuesPath: string | undefined;
}

export const FLOWS_PATH_DEFAULT = 'kestra/flows';

/** The values file of the chart in a repository, or why the repository has none. */
export type FoundValues = { readonly path: string; readonly text: string } | { readonly missing: string };

/** @throws BridgeError GITHUB_*, or REPOSITORY_FILE_REFUSED */
export async function findValues(
  base: RepositoryBase,
  { valuesPath }: RepositoryLayout,
  signal: AbortSignal,
): Promise<FoundValues> {
  if (valuesPath !== undefined) {
    const file = await base.read(valuesPath, signal);
    return file === undefined
      ? { missing: `The repository has no ${valuesPath}, which STUDIO_HELM_VALUES_PATH names.` }
      : { path: valuesPath, text: file.text };
  }
  const inRoot = await valuesWithJobs(base, 'values.yaml', signal);
  if (inRoot !== undefined) return inRoot;
  const charts = (await base.list('helm', signal)).filter((path) => /^helm\/[^/]+\/values\.yaml$/.test(path));
  const found = [];
  for (const path of charts) {
    const values = await valuesWithJobs(base, path, signal);
    if (values !== undefined) found.push(values);
  }
  const [first, second] = found;
  if (first === undefined) {
    return { missing: 'The repository has no values.yaml and no helm/…/values.yaml with scheduleJobs.' };
  }
  if (second === undefined) return first;
  const paths = found.map(({ path }) => path).join(' and ');
  return { missing: `${paths} have scheduleJobs. Set STUDIO_HELM_VALUES_PATH to one of them.` };
}

async function valuesWithJobs(base: RepositoryBase, path: string, signal: AbortSignal) {
  const file = await base.read(path, signal);
  // The values of another chart must not get a key that its chart does not know.
  return file !== undefined && /^scheduleJobs\s*:/m.test(file.text) ? { path, text: file.text } : undefined;
}
