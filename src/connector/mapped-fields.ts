import { compileTemplate } from './templates.ts';
import { idFields, type ConnectorSpec } from './types.ts';

/**
 * The fields of a row that a checked connector makes something of, each once. Of `{{ author.name }}` it is `author`: what is
 * inside, the template finds by itself.
 */
export function mappedFields({ source, mapping }: ConnectorSpec): string[] {
  const { contentTemplate, uriTemplate, titleField, aclUsersField, aclGroupsField, metadataFields } = mapping;
  const optional = [aclUsersField, aclGroupsField, source.watermarkField];
  return [
    ...new Set([
      ...idFields(mapping),
      titleField,
      ...compileTemplate(contentTemplate).variables,
      ...(uriTemplate === undefined ? [] : compileTemplate(uriTemplate).variables),
      ...optional.filter((name) => name !== undefined),
      ...(metadataFields ?? []),
    ]),
  ];
}
