import { basename, extname, relative, resolve } from 'node:path';
import { connectorNameIn } from '../../definitions/connector/name-in-file.ts';
import type { Connector } from '../../definitions/connector/types.ts';
import type { RunSubject } from '../../telemetry/run-report.ts';
import { targetOf, type RunOptions } from './job.ts';

/** What telemetry calls the connector of a run. */
export type ReportedConnector = Pick<RunSubject, 'connector' | 'namedAfterFile' | 'file' | 'target'>;

/** Where a connector's file is: a path as it was given, and what it starts from. */
interface FilePlace {
  readonly path: string;
  readonly cwd: string;
}

/** For a connector that was loaded. */
export function reportedConnector(
  { metadata, spec }: Connector,
  place: FilePlace,
  { local }: Pick<RunOptions, 'local'>,
): ReportedConnector {
  return {
    connector: metadata.name,
    namedAfterFile: false,
    file: fileOf(place),
    target: targetOf(spec, local),
  };
}

/** For a connector whose file does not load: its name if it can be read all the same, otherwise that of the file. */
export async function reportedFile(place: FilePlace): Promise<ReportedConnector> {
  const file = fileOf(place);
  const name = await connectorNameIn(place.path, place.cwd);
  return {
    connector: name ?? basename(file, extname(file)),
    namedAfterFile: name === undefined,
    file,
    target: null,
  };
}

/** From the working directory, so that the same file in another checkout is the same. */
function fileOf({ path, cwd }: FilePlace): string {
  return relative(cwd, resolve(cwd, path));
}
