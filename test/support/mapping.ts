import type { MappingSpec } from '../../src/connector/types.ts';
import { idFields } from '../../src/connector/types.ts';
import { mappingVersion, type Mapping } from '../../src/pipeline/mapping.ts';
import type { Template } from '../../src/pipeline/template-writer.ts';

/** A template of nothing but text and plain `{{ name }}`. With `engine`, as if it held more: rendered from a scope. */
export function template(text: string, options: { engine?: boolean } = {}): Template {
  const pieces = text.split(/\{\{\s*(\w+)\s*\}\}/);
  const parts = pieces.map((piece, index) => (index % 2 === 0 ? { text: piece } : { field: piece }));
  const variables = [...new Set(pieces.filter((_, index) => index % 2 === 1))];
  return {
    variables,
    plain: options.engine === true ? undefined : parts,
    render: (scope) => parts.map((part) => ('text' in part ? part.text : shown(scope[part.field]))).join(''),
  };
}

function shown(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** A mapping compiled as the connector's loader does, from a spec that names the columns it wants. */
export function mappingOf(
  spec: Partial<MappingSpec> = {},
  others: { connector?: string; watermarkField?: string; version?: string } = {},
): Mapping {
  const whole: MappingSpec = { idField: 'id', titleField: 'title', contentTemplate: '{{ title }}', ...spec };
  return {
    connector: others.connector ?? 'hr',
    idFields: idFields(whole),
    title: template(`{{ ${whole.titleField} }}`),
    content: template(whole.contentTemplate),
    uri: whole.uriTemplate === undefined ? undefined : template(whole.uriTemplate),
    mimeType: whole.mimeType ?? 'text/plain',
    aclUsersField: whole.aclUsersField,
    aclGroupsField: whole.aclGroupsField,
    metadataFields: whole.metadataFields ?? [],
    watermarkField: others.watermarkField,
    version: others.version ?? mappingVersion(whole),
  };
}
