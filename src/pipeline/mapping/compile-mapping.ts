import { RenderBudget } from '../../definitions/templates/render-budget.ts';
import { TemplateFailure } from '../../definitions/templates/template-failure.ts';
import { compileTemplate, compileUriTemplate } from '../../definitions/templates/templates.ts';
import { aclOf, contentConfigOf, idFields, type ConnectorSpec } from '../../definitions/connector/types.ts';
import { mappingVersion, type Mapping } from './mapping.ts';
import type { Template } from './template-writer.ts';

export const MIME_TYPE_DEFAULT = 'text/plain';

/**
 * Returns the properties of the data store that decide the form of its records; none for the default, so that naming the default
 * does not resend anything. The shape is part of the target: a data store never changes it, so another shape means a new, empty
 * data store, and the checksums, which do not include it, would match every document there. `acl` is not needed: it follows from
 * the mapping's ACL fields, which are in the version and in every checksum.
 */
export function recordShape(spec: ConnectorSpec): readonly string[] {
  const contentConfig = contentConfigOf(spec);
  return contentConfig === 'CONTENT_REQUIRED' ? [] : [contentConfig];
}

/** Returns a connector's mapping with its templates compiled, or the canonical mapping if its documents are already mapped. */
export function compileMapping(connector: string, spec: ConnectorSpec): Mapping {
  return spec.mode === 'rest_push' ? canonicalMapping(connector, spec) : compileFieldMapping(connector, spec);
}

/** Compiles the mapping of the source's own fields, as the file defines it. */
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

/** No field of the connector affects a canonical document: it was created when it was pushed. */
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

/** Returns a template for a title that is one field, whatever characters its name has. */
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
