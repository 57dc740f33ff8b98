import { compileTemplate, type CompiledTemplate } from '../templates/templates.ts';
import { idFields, type ConnectorSpec } from './types.ts';

/**
 * The fields of a row that a valid connector uses, each once. For `{{ author.name }}` it is `author`: the template itself reads
 * the field inside.
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

/** The mapped fields that a record may lack: only templates use them, and each of those handles their absence. */
export function optionalFields(spec: ConnectorSpec): ReadonlySet<string> {
  const { contentTemplate, uriTemplate } = spec.mapping;
  const templates = [contentTemplate, uriTemplate].flatMap((source): CompiledTemplate[] =>
    source === undefined ? [] : [compileTemplate(source)],
  );
  const elsewhere = new Set(
    mappedFields({ ...spec, mapping: { ...spec.mapping, contentTemplate: '', uriTemplate: '' } }),
  );
  const optional = templates.flatMap((template) => template.optional);
  return new Set(
    optional.filter(
      (name) =>
        !elsewhere.has(name) &&
        templates.every(({ variables, optional }) => !variables.includes(name) || optional.includes(name)),
    ),
  );
}
