import { EVENT_ID, getScalarValue, type Event } from 'js-yaml';
import {
  CONNECTOR_KEY_CHARACTERS_MAX,
  CONNECTOR_MAPPING_KEYS_MAX,
  CONNECTOR_YAML_VALUES_MAX,
} from '../limits.ts';
import { startOf, type RawProblem } from './yaml-places.ts';

interface Collection {
  readonly isMapping: boolean;
  /** The number of keys and values, or of items. */
  children: number;
}

/**
 * Reports values that are too large for a definition. The time of all later work on a file grows with these numbers, sometimes
 * faster than linearly, so a file that exceeds a limit is refused before that work begins.
 */
export function sizeProblem(text: string, events: readonly Event[]): RawProblem | undefined {
  const open: Collection[] = [];
  let values = 0;
  for (const event of events) {
    if (event.type === EVENT_ID.POP) {
      open.pop();
      continue;
    }
    values += 1;
    const parent = open.at(-1);
    const problem =
      (values > CONNECTOR_YAML_VALUES_MAX ? tooManyValues() : undefined) ??
      (parent?.isMapping === true && parent.children % 2 === 0 ? keyProblem(text, event, parent) : undefined);
    if (problem !== undefined) return { ...problem, offset: Math.max(startOf(event), 0), path: '' };
    if (parent !== undefined) parent.children += 1;
    if (event.type !== EVENT_ID.SCALAR && event.type !== EVENT_ID.ALIAS) {
      open.push({ isMapping: event.type === EVENT_ID.MAPPING, children: 0 });
    }
  }
  return undefined;
}

type Refusal = Pick<RawProblem, 'code' | 'message' | 'fix'>;

function tooManyValues(): Refusal {
  return {
    code: 'yaml_too_large',
    message: `The file has more than ${CONNECTOR_YAML_VALUES_MAX} keys and values, too many for one definition.`,
    fix: 'one definition, with the keys that it needs',
  };
}

function keyProblem(text: string, key: Event, { children }: Collection): Refusal | undefined {
  if (children / 2 >= CONNECTOR_MAPPING_KEYS_MAX) {
    return {
      code: 'yaml_too_large',
      message: `This mapping has more than ${CONNECTOR_MAPPING_KEYS_MAX} keys.`,
      fix: 'the keys that the definition needs, or a list of mappings in a payload',
    };
  }
  if (key.type !== EVENT_ID.SCALAR || getScalarValue(text, key).length <= CONNECTOR_KEY_CHARACTERS_MAX) {
    return undefined;
  }
  return {
    code: 'yaml_too_large',
    message: `This key has more than ${CONNECTOR_KEY_CHARACTERS_MAX} characters.`,
    fix: 'a key of the definition; does this text belong after a key?',
  };
}
