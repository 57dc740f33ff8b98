import { folderOf } from '../../pipeline/artifact/layout.ts';
import type { Manifest } from '../../pipeline/ports/ports.ts';
import type { StepAttempt } from './step-attempt.ts';

/** The folder below the run's for what one attempt of a step failed at; it must be empty, so no two attempts share one. */
export function errorsFolder(manifest: Manifest, step: string, { number, mark }: StepAttempt): string {
  const unique = mark === undefined ? '' : `-${mark}`;
  return `${folderOf(anyFile(manifest).name)}/errors/${step}-${number}${unique}`;
}

/** The same as Google wants it, `gs://…/`; undefined where Google cannot write. */
export function errorsUriOf(manifest: Manifest, step: string, attempt: StepAttempt): string | undefined {
  const { uri, name } = anyFile(manifest);
  if (!uri.startsWith('gs://')) return undefined;
  return `${uri.slice(0, uri.length - name.length)}${errorsFolder(manifest, step, attempt)}/`;
}

/** Files of a run are in one folder. */
function anyFile({ files, runId }: Manifest): { readonly name: string; readonly uri: string } {
  const [file] = files;
  if (file === undefined) throw new Error(`Run ${runId} has no file to deliver.`);
  return file;
}
