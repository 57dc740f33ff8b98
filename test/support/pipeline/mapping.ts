import { compileTemplate, compileUriTemplate } from '../../../src/definitions/templates/templates.ts';
import { idFields, type MappingSpec } from '../../../src/definitions/connector/types.ts';
import { mappingVersion, type Mapping } from '../../../src/pipeline/mapping/mapping.ts';
import type { Template } from '../../../src/pipeline/mapping/template-writer.ts';

/** A compiled template. With `engine`, without its fast form: rendered from a scope. */
export function template(source: string, options: { engine?: boolean } = {}): Template {
  const compiled = compileTemplate(source);
  return options.engine === true ? { ...compiled, plain: undefined } : compiled;
}

/** A mapping compiled as the connector's loader does, from a spec that names the columns it wants. */
export function mappingOf(
  spec: Partial<MappingSpec> = {},
  others: { connector?: string; watermarkField?: string; version?: string; textRequired?: boolean } = {},
): Mapping {
  const whole: MappingSpec = { idField: 'id', titleField: 'title', contentTemplate: '{{ title }}', ...spec };
  return {
    connector: others.connector ?? 'hr',
    idFields: idFields(whole),
    title: template(`{{ ${whole.titleField} }}`),
    content: template(whole.contentTemplate),
    uri: whole.uriTemplate === undefined ? undefined : compileUriTemplate(whole.uriTemplate),
    mimeType: whole.mimeType ?? 'text/plain',
    aclUsersField: whole.aclUsersField,
    aclGroupsField: whole.aclGroupsField,
    metadataFields: whole.metadataFields ?? [],
    watermarkField: others.watermarkField,
    textRequired: others.textRequired ?? false,
    version: others.version ?? mappingVersion(whole),
  };
}
