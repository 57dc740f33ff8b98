import { BridgeError } from '../../core/errors.ts';
import type { RepositoryBase, RepositoryFile } from '../repository.ts';

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
    const file = await readUsable(base, valuesPath, signal);
    if (typeof file === 'string') return { missing: file };
    return file === undefined
      ? { missing: `The repository has no ${valuesPath}, which STUDIO_HELM_VALUES_PATH names.` }
      : { path: valuesPath, text: file.text };
  }
  const unusable: string[] = [];
  const valuesAt = async (path: string) => {
    const file = await readUsable(base, path, signal);
    if (typeof file === 'string') unusable.push(file);
    return typeof file === 'object' && hasJobs(file) ? { path, text: file.text } : undefined;
  };
  const inRoot = await valuesAt('values.yaml');
  if (inRoot !== undefined) return inRoot;
  const charts = (await base.list('helm', signal)).filter((path) => /^helm\/[^/]+\/values\.yaml$/.test(path));
  const found = [];
  for (const path of charts) {
    const values = await valuesAt(path);
    if (values !== undefined) found.push(values);
  }
  const [first, second] = found;
  if (first === undefined) {
    const none = 'The repository has no values.yaml and no helm/…/values.yaml with scheduleJobs.';
    return { missing: [none, ...unusable].join(' ') };
  }
  if (second === undefined) return first;
  const paths = found.map(({ path }) => path).join(' and ');
  return { missing: `${paths} have scheduleJobs. Set STUDIO_HELM_VALUES_PATH to one of them.` };
}

/** The values of another chart must not get a key that its chart does not know. */
function hasJobs({ text }: RepositoryFile): boolean {
  return /^scheduleJobs\s*:/m.test(text);
}

/** A values file that cannot be used, such as a link, must not prevent the proposal of a connector. @returns why it cannot be used */
async function readUsable(
  base: RepositoryBase,
  path: string,
  signal: AbortSignal,
): Promise<RepositoryFile | string | undefined> {
  try {
    return await base.read(path, signal);
  } catch (thrown) {
    if (thrown instanceof BridgeError && thrown.code === 'REPOSITORY_FILE_REFUSED') return thrown.message;
    throw thrown;
  }
}
