import { FILE_COLUMNS_NAMED_MAX } from '../../../core/limits.ts';
import { CONNECTOR_FIELDS_NAMED_MAX } from '../../limits.ts';
import { textAt, textsAt } from '../../draft.ts';
import { declaredFileColumns } from '../file-columns.ts';
import { nearest } from '../../nearest.ts';
import type { FieldFinding } from '../../problem.ts';
import { TEMPLATE_PATHS, variablesAt } from './templates.ts';
import { returnedNames, selectedColumns, type ReturnedNames } from '../sql/select-list.ts';
import { dialectOf } from '../sql/sql-text.ts';

/** Rules about the fields that the mapping names. */
export function fieldFindings(connector: unknown): FieldFinding[] {
  return [...fieldsNotSelected(connector), ...fieldsNotInFiles(connector)];
}

/**
 * Checks only a query whose text defines its columns beyond doubt; otherwise the database reports a missing column when the run
 * starts.
 */
function fieldsNotSelected(connector: unknown): FieldFinding[] {
  const query = textAt(connector, 'spec.source.query');
  const dialect = dialectOf(textAt(connector, 'spec.source.type'));
  const columns = query === undefined ? undefined : selectedColumns(query, dialect);
  if (columns === undefined) return [];
  const names = returnedNames(columns, dialect);
  return absentFields(connector, names).map((field) => missingField(field, names.written));
}

/** Checks only files whose columns are known without reading them. */
function fieldsNotInFiles(connector: unknown): FieldFinding[] {
  const names = declaredFileColumns(connector);
  if (names === undefined) return [];
  return absentFields(connector, new Set(names)).map(({ text, ...place }) => ({
    code: 'field_not_selected',
    ...place,
    message: `The files have no column ${text}.`,
    fix: nearest(text, names) ?? `one of ${listOf(names)}`,
  }));
}

/** The first of the fields that are missing from the names; the others are reported once these are corrected. */
function absentFields(connector: unknown, names: Pick<ReturnedNames, 'has'>): NamedField[] {
  return [...fieldsNamed(connector), ...templateVariables(connector)]
    .filter(({ text }) => !names.has(text))
    .slice(0, CONNECTOR_FIELDS_NAMED_MAX)
    .map(({ template, ...field }) =>
      template === undefined ? field : { ...field, ...lineOf(field.text, template) },
    );
}

function listOf(names: readonly string[]): string {
  const more = names.length - FILE_COLUMNS_NAMED_MAX;
  return `${names.slice(0, FILE_COLUMNS_NAMED_MAX).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

interface NamedField extends Pick<FieldFinding, 'path' | 'lineInText'> {
  readonly text: string;
  /** The template that uses the field, if one does. */
  readonly template?: string;
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
    const template = textAt(connector, path) ?? '';
    return (variablesAt(connector, path) ?? []).map((text) => ({ path, text, template }));
  });
}

function lineOf(name: string, template: string): Pick<FieldFinding, 'lineInText'> {
  const line = template.split('\n').findIndex((candidate) => candidate.includes(name));
  return line === -1 ? {} : { lineInText: line + 1 };
}

function missingField({ text: name, ...place }: NamedField, names: readonly string[]): FieldFinding {
  // A name that the database truncates is too far from the written one to be the nearest.
  const meant = nearest(name, names) ?? names.find((candidate) => name.startsWith(candidate));
  return {
    code: 'field_not_selected',
    ...place,
    message: `The query does not return ${name}.${meant === undefined ? '' : ` Did you mean ${meant}?`}`,
    fix: meant ?? `one of ${listOf(names)}, or add ${name} to the query`,
  };
}
