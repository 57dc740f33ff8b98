import { connectorDocument } from '../schema/schema-document.ts';
import { isMapping, valueIn } from '../../edit/intended-value.ts';
import { yamlNodes } from '../../edit/yaml-nodes.ts';
import { displayPath, type Segment } from '../../problem.ts';
import type { SchemaNode } from '../../schema/schema-document.ts';
import { readYaml } from '../../yaml/yaml.ts';
import { exampleText, itemTypeOf, optionsOf, shownValue, typesOf } from './field-control.ts';
import { groupOf, labelOf } from './field-label.ts';
import type { FormField, FormModel, FormProblem } from './form-model.ts';
import { sectionOf, SECTIONS } from './form-sections.ts';
import { islandText } from './island-text.ts';
import { withProblems } from './problems-of-fields.ts';
import { conditionsOf } from './schema-conditions.ts';

/**
 * The form of a connector, from its text.
 * @param problems those of `validate` for this text
 * @returns undefined if the text cannot be read as one mapping; `problems` then says in which line
 */
export function formOf(text: string, problems: readonly FormProblem[]): FormModel | undefined {
  const reading = readYaml(text);
  const { value, problems: ofText } = reading;
  if (ofText.some(({ code }) => code !== 'yaml_empty')) return undefined;
  if (value !== undefined && value !== null && !isMapping(value)) return undefined;
  const root = yamlNodes(text);
  const fields = fieldsBelow(
    {
      schema: connectorDocument.root,
      value: value ?? undefined,
      keys: [],
      branches: [],
      isNeeded: true,
    },
    { yaml: (path) => islandText(text, root, path), lineOf: (path) => reading.locate(path).line },
  );
  const placed = withProblems(fields, problems);
  const sections = SECTIONS.map(({ id, title, hint }) => {
    const own = placed.fields.filter(({ segments }) => sectionOf(segments.map(String)) === id);
    const isInUse = own.some((field) => field.present || field.required || field.problems.length > 0);
    return { id, title, hint, fields: own, isInUse };
  });
  return { sections: sections.filter(({ fields: own }) => own.length > 0), otherProblems: placed.others };
}

interface Mapping {
  readonly schema: SchemaNode;
  /** undefined if the text does not have it. */
  readonly value: unknown;
  readonly keys: readonly string[];
  /** The conditions of parents that apply to it. */
  readonly branches: readonly SchemaNode[];
  /** Whether its required fields must be there. */
  readonly isNeeded: boolean;
}

/** What the fields need to know about the text. */
interface TextParts {
  yaml(path: readonly Segment[]): string;
  lineOf(path: string): number;
}

/** The fields of a mapping in the order of the schema; then the keys that the schema does not have. */
function fieldsBelow(mapping: Mapping, parts: TextParts): FormField[] {
  const { schema, value, keys, branches, isNeeded } = mapping;
  const properties = schema.properties ?? {};
  const conditions = conditionsOf(schema, value, branches);
  const known = Object.keys(properties).flatMap((key): FormField[] => {
    const path = [...keys, key];
    const own = connectorDocument.at(path.join('.'));
    const present = isMapping(value) && Object.hasOwn(value, key);
    if (own === undefined || (conditions.forbids(key) && !present)) return [];
    const current = present ? value[key] : undefined;
    const isRequired = isNeeded && ((schema.required ?? []).includes(key) || conditions.requires(key));
    const place = { keys: path, current, present, required: isRequired };
    if (conditions.forbids(key)) return [islandField(place, own, parts, { applies: false, known: true })];
    if (own.properties !== undefined && (current === undefined || current === null || isMapping(current))) {
      const below = {
        schema: own,
        value: current,
        keys: path,
        branches: conditions.below(key),
        hasParent: present,
      };
      return fieldsBelow({ ...below, isNeeded: isRequired || isMapping(current) }, parts);
    }
    return [fieldOf(place, own, conditions.choicesOf(key), parts)];
  });
  const unknown = isMapping(value) ? Object.keys(value).filter((key) => !Object.hasOwn(properties, key)) : [];
  return [
    ...known,
    ...unknown.map((key) => {
      const place = { keys: [...keys, key], current: valueIn(value, [key]), present: true, required: false };
      return islandField(place, {}, parts, { applies: true, known: false });
    }),
  ];
}

interface FieldPlace {
  readonly keys: readonly string[];
  readonly current: unknown;
  readonly present: boolean;
  readonly required: boolean;
}

function fieldOf(
  place: FieldPlace,
  schema: SchemaNode,
  choices: readonly unknown[] | undefined,
  parts: TextParts,
): FormField {
  const island = islandField(place, schema, parts, { applies: true, known: true });
  const { control, value } = shownValue(schema, place.current);
  if (value === undefined) return island;
  const options = control === 'select' ? optionsOf(schema, choices) : [];
  const isChoice = control !== 'select' || value === '' || options.includes(value);
  return { ...island, control, value, options: isChoice ? options : [...options, value] };
}

function islandField(
  { keys, current, present, required }: FieldPlace,
  schema: SchemaNode,
  parts: TextParts,
  { applies, known }: Pick<FormField, 'applies' | 'known'>,
): FormField {
  const path = displayPath(keys);
  return {
    path,
    segments: keys,
    label: labelOf(path, keys.at(-1) ?? ''),
    group: groupOf(keys),
    description: schema.description ?? '',
    examples: (schema.examples ?? []).map((example) => exampleText(schema, example)),
    control: 'yaml',
    options: [],
    required,
    present,
    value: parts.yaml(keys),
    types: typesOf(schema),
    itemType: itemTypeOf(schema),
    current,
    applies,
    known,
    line: parts.lineOf(path),
    problems: [],
  };
}
