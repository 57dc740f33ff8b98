import { basename, extname, relative, resolve } from 'node:path';
import { connectorNameIn } from '../../../definitions/connector/name-in-file.ts';
import type { Connector } from '../../../definitions/connector/types.ts';
import { targetOf, type RunOptions } from '../job.ts';
import type { ReportedRun } from './telemetry.ts';

/** The location of a connector's file: the path as given, and the folder that it is relative to. */
interface FilePlace {
  readonly path: string;
  readonly cwd: string;
}

/** What telemetry reports about the run of a loaded connector. */
export function reportedConnector(
  { metadata, spec }: Connector,
  place: FilePlace,
  options: RunOptions,
): ReportedRun & { readonly target: string } {
  return {
    ...reportedOptions(options),
    connector: metadata.name,
    namedAfterFile: false,
    file: fileOf(place),
    target: targetOf(spec, options.local),
  };
}

/** The same for a connector whose file does not load: its name if that can be read, otherwise the name of the file. */
export async function reportedFile(place: FilePlace, options: RunOptions): Promise<ReportedRun> {
  const file = fileOf(place);
  const name = await connectorNameIn(place.path, place.cwd);
  return {
    ...reportedOptions(options),
    connector: name ?? basename(file, extname(file)),
    namedAfterFile: name === undefined,
    file,
    target: null,
  };
}

function reportedOptions(options: RunOptions): Pick<ReportedRun, 'runId' | 'kind' | 'targetKind' | 'mode'> {
  return {
    kind: 'connector',
    runId: options.runId,
    targetKind: options.local ? 'local' : 'data_store',
    mode: modeOf(options),
  };
}

function modeOf({ dryRun, local, sends }: RunOptions): ReportedRun['mode'] {
  if (dryRun) return 'dry_run';
  return local || sends ? 'run' : 'dry_ingestion';
}

/** The path is relative to the working directory, so that it is the same in every checkout. */
function fileOf({ path, cwd }: FilePlace): string {
  return relative(cwd, resolve(cwd, path));
}
