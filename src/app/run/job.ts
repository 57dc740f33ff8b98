import { aclOf, contentConfigOf, idFields, type Connector, type ConnectorSpec } from '../../definitions/connector/types.ts';
import { RenderBudget } from '../../definitions/connector/templates/render-budget.ts';
import { TemplateFailure } from '../../definitions/connector/templates/template-failure.ts';
import { compileTemplate, compileUriTemplate } from '../../definitions/connector/templates/templates.ts';
import {
  DELETE_LIMIT_COUNT_DEFAULT,
  DELETE_LIMIT_RATIO_DEFAULT,
  QUARANTINE_CONSECUTIVE_DEFAULT,
  QUARANTINE_COUNT_DEFAULT,
  QUARANTINE_RATIO_DEFAULT,
} from '../../core/limits.ts';
import type { Job } from '../../pipeline/ports/job.ts';
import { mappingVersion, type Mapping } from '../../pipeline/mapping/mapping.ts';
import type { Template } from '../../pipeline/mapping/template-writer.ts';

export const MIME_TYPE_DEFAULT = 'text/plain';

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

/**
 * What of the data store decides the form of its records; nothing for the default, so that naming it sends nothing again.
 * It is part of the target: a data store never changes it, so another one is a new, empty data store, and the checksums,
 * which do not know it, would find every document unchanged there. `acl` is not needed: it follows from the mapping's ACL
 * fields, which are in the version and in every checksum.
 */
function recordShape(spec: ConnectorSpec): readonly string[] {
  const contentConfig = contentConfigOf(spec);
  return contentConfig === 'CONTENT_REQUIRED' ? [] : [contentConfig];
}

/** A connector's mapping with its templates compiled; that of canonical documents if they come mapped already. */
export function compileMapping(connector: string, spec: ConnectorSpec): Mapping {
  return spec.mode === 'rest_push' ? canonicalMapping(connector, spec) : compileFieldMapping(connector, spec);
}

/** The mapping of the source's own fields, as it stands in the file. */
export function compileFieldMapping(
  connector: string,
  spec: ConnectorSpec,
  budget = RenderBudget.ofRun(),
): Mapping {
  const { mapping } = spec;
  const { watermarkField } = spec.source;
  return {
    connector,
    idFields: idFields(mapping),
    title: fieldTemplate(mapping.titleField),
    content: compileTemplate(mapping.contentTemplate, budget),
    uri: mapping.uriTemplate === undefined ? undefined : compileUriTemplate(mapping.uriTemplate, budget),
    mimeType: mapping.mimeType ?? MIME_TYPE_DEFAULT,
    aclUsersField: mapping.aclUsersField,
    aclGroupsField: mapping.aclGroupsField,
    metadataFields: mapping.metadataFields ?? [],
    watermarkField,
    textRequired: contentConfigOf(spec) === 'CONTENT_REQUIRED',
    version: mappingVersion([connector, mapping, watermarkField, ...recordShape(spec)]),
  };
}

/** Nothing of the connector decides what a canonical document looks like: it was made when it was pushed. */
function canonicalMapping(connector: string, spec: ConnectorSpec): Mapping {
  return {
    connector,
    idFields: ['doc_id'],
    title: fieldTemplate('title'),
    content: fieldTemplate('content'),
    uri: fieldTemplate('uri'),
    mimeType: spec.mapping.mimeType ?? MIME_TYPE_DEFAULT,
    aclUsersField: 'acl_users',
    aclGroupsField: 'acl_groups',
    metadataFields: [],
    watermarkField: 'updated_at',
    textRequired: contentConfigOf(spec) === 'CONTENT_REQUIRED',
    canonical: { readersKept: aclOf(spec) === 'required' },
    version: mappingVersion(['canonical', connector, ...recordShape(spec)]),
  };
}

/** A title is one field, whatever characters its name has. */
function fieldTemplate(field: string): Template {
  const render: Template['render'] = (scope) => {
    if (!Object.hasOwn(scope, field)) throw TemplateFailure.missing(field);
    return titleText(scope[field]);
  };
  return { variables: [field], plain: [{ field }], render };
}

function titleText(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
