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

/** The target name of `--local` runs in the state; no documents reach the data store. */
export const LOCAL_TARGET = 'local';

/** The bucket for the artifacts of `--local` runs, below the working directory. */
const LOCAL_BUCKET = 'file://./local-bucket';

/** The options of a run command that affect what the run does. */
export interface RunOptions {
  readonly runId: string;
  readonly local: boolean;
  readonly dryRun: boolean;
  readonly full: boolean;
  readonly resend: boolean;
  readonly reconcile: boolean;
  /** False for a dry ingestion: requests are written to files and not sent. */
  readonly sends: boolean;
  readonly allowDeletes: number | undefined;
  /** The id of a push: nothing that arrived after it is delivered. Undefined delivers everything. */
  readonly pushRunId?: string | undefined;
  /** How many of the documents that a dry run would send are returned, and the id or key of another one. */
  readonly sample?: number | undefined;
  readonly showDocument?: string | undefined;
  /** Whether a dry run has the exit status that a run would have. */
  readonly detailedExitCode?: boolean;
}

/** Converts a validated connector and the command's options to a job with all defaults filled in. */
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
    wanted: wantedDocuments(metadata.name, options),
    // A resumable listing continues from its checkpoint: if it always started over, no run would reach its later parts.
    full: options.full || (options.resend && !isResumable(spec)),
    resend: options.resend,
    reconcile: options.reconcile,
    sends: options.sends,
    allowDeletes: options.allowDeletes,
  };
}

/** A key of a row is taken too: it has no prefix. */
function wantedDocuments(name: string, { sample, showDocument: id }: RunOptions): Job['wanted'] {
  if (sample === undefined && id === undefined) return undefined;
  return { first: sample ?? 0, ids: id === undefined ? [] : [id, `${name}:${id}`] };
}

function isResumable({ source }: ConnectorSpec): boolean {
  return 'resumable' in source && source.resumable;
}

/** The target that documents are sent to, as named in the state. */
export function targetOf(spec: ConnectorSpec, local: boolean): string {
  return [local ? LOCAL_TARGET : dataStoreName(spec.gemini), ...recordShape(spec)].join('#');
}

/** The bucket that artifacts are written to. */
export function bucketOf({ output }: ConnectorSpec, local: boolean): string {
  return local ? LOCAL_BUCKET : output.bucket;
}

function dataStoreName({ projectId, location, dataStoreId }: ConnectorSpec['gemini']): string {
  return `projects/${projectId}/locations/${location}/dataStores/${dataStoreId}`;
}
