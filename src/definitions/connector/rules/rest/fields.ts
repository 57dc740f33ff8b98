import { parsePath, withoutRoot } from '../../../../core/text/field-path.ts';
import { PATH_CHARACTERS_MAX } from '../../../limits.ts';
import { textAt, valueAt } from '../../../draft.ts';
import type { FieldFinding } from '../../../problem.ts';
import { isTemplate } from '../../../rest/template-text.ts';
import { compileTemplate, TemplateSyntaxError } from '../../../templates/templates.ts';
import { pathFinding } from '../paths.ts';

const SOURCE = 'spec.source';
const RECORDS_PATH = `${SOURCE}.recordsPath`;
const KEY_FIELD = `${SOURCE}.recordKeyField`;
const PARENT_FIELDS = `${SOURCE}.parentFields`;
const FIELDS = `${SOURCE}.fields`;

interface NewField {
  readonly name: string;
  /** Where the connector file defines it. */
  readonly path: string;
  /** Its path or template; undefined for the key of a record. */
  readonly text: string | undefined;
}

/** Rules about the fields that records receive: `recordKeyField`, `parentFields` and `fields`. */
export function restFieldFindings(connector: unknown): FieldFinding[] {
  const key = textAt(connector, KEY_FIELD);
  const ofParent = newFields(connector, PARENT_FIELDS);
  const computed = newFields(connector, FIELDS);
  const keyField = key === undefined ? [] : [{ name: key, path: KEY_FIELD, text: undefined }];
  return [
    ...nameFindings([...keyField, ...ofParent, ...computed], textAt(connector, `${SOURCE}.detail.into`)),
    ...ofParent.flatMap(({ path, text = '' }) => pathFinding(path, text)),
    ...computed.flatMap(({ path, text = '' }) =>
      isTemplate(text) ? templateFinding(path, text) : pathFinding(path, text),
    ),
    ...originFindings(connector, { hasKey: key !== undefined, hasParent: ofParent.length > 0 }),
  ];
}

function newFields(connector: unknown, path: string): NewField[] {
  const value = valueAt(connector, path);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, text]): NewField[] =>
    typeof text === 'string' && text.length <= PATH_CHARACTERS_MAX
      ? [{ name, path: `${path}.${name}`, text }]
      : [],
  );
}

function nameFindings(fields: readonly NewField[], into: string | undefined): FieldFinding[] {
  const taken = new Map(into === undefined ? [] : [[into, `${SOURCE}.detail.into`]]);
  return fields.flatMap(({ name, path }): FieldFinding[] => {
    const other = taken.get(name);
    taken.set(name, path);
    if (other !== undefined) {
      const message = `${other} makes a field with the same name, ${name}.`;
      return [{ code: 'field_twice', path, message, fix: 'another name for one of the two' }];
    }
    if (!/[.[\]*{}]/.test(name)) return [];
    const message = `The new field ${name} has a dot, a bracket or an asterisk, which have a meaning in paths.`;
    return [{ code: 'wrong_value', path, message, fix: name.replaceAll(/[.[\]*{}]+/g, '_') }];
  });
}

function templateFinding(path: string, text: string): FieldFinding[] {
  try {
    compileTemplate(text);
    return [];
  } catch (thrown) {
    if (!(thrown instanceof TemplateSyntaxError)) throw thrown;
    const { line, column, message } = thrown;
    return [
      {
        code: 'template_syntax',
        path,
        lineInText: line,
        message: `The template is wrong at its line ${line}, column ${column}: ${message}.`,
        fix: '{{ field }} for a value, {{ field | default: "none" }} with a filter',
      },
    ];
  }
}

/** A record has a key only in a map, and a parent only below an element of a list or of a map. */
function originFindings(
  connector: unknown,
  { hasKey, hasParent }: { hasKey: boolean; hasParent: boolean },
): FieldFinding[] {
  const records = withoutRoot(textAt(connector, RECORDS_PATH) ?? '');
  if (records.length > PATH_CHARACTERS_MAX) return [];
  const findings: FieldFinding[] = [];
  if (hasKey && !/(?:^|\.)\*(?=[.[]|$)/.test(records)) {
    const message = 'Records have no key: recordsPath does not lead to the values of a map.';
    findings.push({ code: 'misplaced_key', path: KEY_FIELD, message, fix: 'recordsPath: data.*' });
  }
  const passesElements = parsePath(records).many && !/^[^*[]*(?:\*|\[[^[\]]*\])$/.test(records);
  if (hasParent && !passesElements && valueAt(connector, `${SOURCE}.parents`) === undefined) {
    const message =
      'Records have no parent: recordsPath does not pass through the elements of a list, and there is no source.parents.';
    findings.push({
      code: 'misplaced_key',
      path: PARENT_FIELDS,
      message,
      fix: 'recordsPath: reports[].rows',
    });
  }
  return findings;
}
