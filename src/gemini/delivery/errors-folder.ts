import { folderOf } from '../../pipeline/artifact/layout.ts';
import type { Manifest } from '../../pipeline/ports/ports.ts';
import type { StepAttempt } from './step-attempt.ts';

/** The folder, below the run's, for the errors of one attempt of a step. It must be empty, so each attempt has its own. */
export function errorsFolder(manifest: Manifest, step: string, { number, mark }: StepAttempt): string {
  const unique = mark === undefined ? '' : `-${mark}`;
  return `${folderOf(anyFile(manifest).name)}/errors/${step}-${number}${unique}`;
}

/** The folder's URI in Google's form, `gs://…/`; undefined where Google cannot write. */
export function errorsUriOf(manifest: Manifest, step: string, attempt: StepAttempt): string | undefined {
  const { uri, name } = anyFile(manifest);
  if (!uri.startsWith('gs://')) return undefined;
  return `${uri.slice(0, uri.length - name.length)}${errorsFolder(manifest, step, attempt)}/`;
}

/** Any file of the manifest: all files of a run are in one folder. */
function anyFile({ files, runId }: Manifest): { readonly name: string; readonly uri: string } {
  const [file] = files;
  if (file === undefined) throw new Error(`Run ${runId} has no file to deliver.`);
  return file;
}
