import { textAt, textsAt } from './draft.ts';
import { declaredFileColumns } from './file-columns.ts';
import { nearest } from './nearest.ts';
import type { Finding } from './problem.ts';
import { TEMPLATE_PATHS, variablesAt } from './rules-templates.ts';
import { returnedNames, selectedColumns } from './select-list.ts';
import { dialectOf } from './sql-text.ts';

/** Fields of a document that exist beside its metadata: one of the two would be lost in the index. */
export const RESERVED_FIELDS: ReadonlySet<string> = new Set(['title', 'uri', 'doc_id', 'checksum', 'op']);

/** Rules about the fields that the mapping names. */
export function fieldFindings(connector: unknown): Finding[] {
  return [...reservedFields(connector), ...fieldsNotSelected(connector), ...fieldsNotInFiles(connector)];
}

function reservedFields(connector: unknown): Finding[] {
  return textsAt(connector, 'spec.mapping.metadataFields')
    .filter(({ text }) => RESERVED_FIELDS.has(text))
    .map(({ path, text }) => ({
      code: 'reserved_field',
      path,
      message: `${text} is a field of every document; a metadata field of that name would hide it.`,
      fix: 'another name for the column (in SQL: AS source_title), or no such metadata field',
    }));
}

/** Only where the query's text says beyond doubt what it returns; otherwise the database answers when the run starts. */
function fieldsNotSelected(connector: unknown): Finding[] {
  const query = textAt(connector, 'spec.source.query');
  const dialect = dialectOf(textAt(connector, 'spec.source.type'));
  const columns = query === undefined ? undefined : selectedColumns(query, dialect);
  if (columns === undefined) return [];
  const names = returnedNames(columns, dialect);
  return [...fieldsNamed(connector), ...templateVariables(connector)]
    .filter(({ text }) => !names.has(text))
    .map((field) => missingField(field, names.written));
}

/** Where the files' columns are known without looking at them. */
function fieldsNotInFiles(connector: unknown): Finding[] {
  const names = declaredFileColumns(connector);
  if (names === undefined) return [];
  return [...fieldsNamed(connector), ...templateVariables(connector)]
    .filter(({ text }) => !names.includes(text))
    .map(({ text, ...place }) => ({
      code: 'field_not_selected',
      ...place,
      message: `The files have no column ${text}.`,
      fix: nearest(text, names) ?? `one of ${names.join(', ')}`,
    }));
}

interface NamedField extends Pick<Finding, 'path' | 'lineInText'> {
  readonly text: string;
}

function fieldsNamed(connector: unknown): NamedField[] {
  return [
    'spec.source.watermarkField',
    'spec.mapping.idField',
    'spec.mapping.titleField',
    'spec.mapping.aclUsersField',
    'spec.mapping.aclGroupsField',
    'spec.mapping.metadataFields',
  ].flatMap((path) => textsAt(connector, path));
}

function templateVariables(connector: unknown): NamedField[] {
  return TEMPLATE_PATHS.flatMap((path) => {
    const lines = textAt(connector, path)?.split('\n') ?? [];
    return (variablesAt(connector, path) ?? []).map((text) => {
      const line = lines.findIndex((candidate) => candidate.includes(text));
      return line === -1 ? { path, text } : { path, text, lineInText: line + 1 };
    });
  });
}

function missingField({ text: name, ...place }: NamedField, names: readonly string[]): Finding {
  // A name that the database cuts is too far from what was written to be the nearest.
  const meant = nearest(name, names) ?? names.find((candidate) => name.startsWith(candidate));
  return {
    code: 'field_not_selected',
    ...place,
    message: `The query does not return ${name}.${meant === undefined ? '' : ` Did you mean ${meant}?`}`,
    fix: meant ?? `one of ${names.join(', ')}, or add ${name} to the query`,
  };
}
