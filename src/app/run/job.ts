import type { Connector, ConnectorSpec } from '../../definitions/connector/types.ts';
import {
  DELETE_LIMIT_COUNT_DEFAULT,
  DELETE_LIMIT_RATIO_DEFAULT,
  QUARANTINE_CONSECUTIVE_DEFAULT,
  QUARANTINE_COUNT_DEFAULT,
  QUARANTINE_RATIO_DEFAULT,
} from '../limits.ts';
import type { Job } from '../../pipeline/ports/job.ts';
import { compileMapping, recordShape } from '../../pipeline/mapping/compile-mapping.ts';

/** Where documents of a `--local` run go; the data store does not have them, and the state says so. */
const LOCAL_TARGET = 'local';

/** Where `--local` puts artifacts, below the working directory. */
const LOCAL_BUCKET = 'file://./local-bucket';

/** The options of a run command, as far as they decide what the run does. */
export interface RunOptions {
  readonly runId: string;
  readonly local: boolean;
  readonly dryRun: boolean;
  readonly full: boolean;
  readonly resend: boolean;
  readonly reconcile: boolean;
  /** False for dry ingestion: requests are written down and not sent. */
  readonly sends: boolean;
  readonly allowDeletes: number | undefined;
  /** Of a push: nothing that came after it is delivered. Without it, everything is. */
  readonly pushRunId?: string | undefined;
  /** Whether a dry run has the exit status that a run would have. */
  readonly detailedExitCode?: boolean;
}

/** A checked connector and the command's options as a job, with every default filled in. */
export function jobOf({ metadata, spec }: Connector, options: RunOptions): Job {
  const { deleteLimit, deletePolicy } = spec.reconciliation;
  return {
    runId: options.runId,
    connectorId: metadata.name,
    target: targetOf(spec, options.local),
    mapping: compileMapping(metadata.name, spec),
    deletePolicy,
    deleteLimit: {
      count: deleteLimit?.count ?? DELETE_LIMIT_COUNT_DEFAULT,
      ratio: deleteLimit?.ratio ?? DELETE_LIMIT_RATIO_DEFAULT,
    },
    quarantine: {
      maxCount: spec.quarantine?.maxCount ?? QUARANTINE_COUNT_DEFAULT,
      maxRatio: spec.quarantine?.maxRatio ?? QUARANTINE_RATIO_DEFAULT,
      maxConsecutive: spec.quarantine?.maxConsecutive ?? QUARANTINE_CONSECUTIVE_DEFAULT,
    },
    prefix: spec.output.prefix,
    dryRun: options.dryRun,
    // A resumable listing goes on where it is: from its start, no run would ever come to its later parts.
    full: options.full || (options.resend && !isResumable(spec)),
    resend: options.resend,
    reconcile: options.reconcile,
    sends: options.sends,
    allowDeletes: options.allowDeletes,
  };
}

function isResumable({ source }: ConnectorSpec): boolean {
  return 'resumable' in source && source.resumable;
}

/** The place that documents go to, as the state names it. */
export function targetOf(spec: ConnectorSpec, local: boolean): string {
  return [local ? LOCAL_TARGET : dataStoreName(spec.gemini), ...recordShape(spec)].join('#');
}

/** The bucket that artifacts go to. */
export function bucketOf({ output }: ConnectorSpec, local: boolean): string {
  return local ? LOCAL_BUCKET : output.bucket;
}

function dataStoreName({ projectId, location, dataStoreId }: ConnectorSpec['gemini']): string {
  return `projects/${projectId}/locations/${location}/dataStores/${dataStoreId}`;
}
