import { isCredential } from '../../../core/secrets/credential-names.ts';
import { CONNECTOR_PROBLEMS_MAX, CONNECTOR_TEXT_CHARACTERS_MAX } from '../../limits.ts';
import { recognisedSecrets } from '../../../core/secrets/recognised-secrets.ts';
import { displayPath, type Segment } from '../../problem.ts';

/** The location of a secret in a text of a connector; it never contains the secret's value. */
export interface SecretText {
  readonly path: string;
  /** The keys that lead to the text. */
  readonly segments: readonly Segment[];
  /** How it was recognised, as a noun phrase. */
  readonly kind: string;
  /** Line inside the text, from 1. */
  readonly lineInText: number;
}

/** The names of secrets, each under the name of the header that gets it. */
const REFERENCES_PATH = 'spec.source.secretHeaders';
/** A name under which a text counts as a secret only if it looks random. */
const REFERENCE = 'key';

/** Finds everything that looks like a secret in the texts of a connector. */
export function secretTexts(connector: unknown): SecretText[] {
  const found: SecretText[] = [];
  visit(connector, [], undefined, found);
  return found;
}

/** @param name the name of the value: its key, or the name that a list of names and values gives it */
function visit(
  value: unknown,
  segments: readonly Segment[],
  name: string | undefined,
  found: SecretText[],
): void {
  if (found.length > CONNECTOR_PROBLEMS_MAX) return;
  if (typeof value === 'string' || typeof value === 'number') {
    const text = String(value);
    if (text.length <= CONNECTOR_TEXT_CHARACTERS_MAX) found.push(...secretsIn(text, segments, name));
  } else if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) visit(item, [...segments, index], name, found);
  } else if (typeof value === 'object' && value !== null) {
    const called = calledBy(value);
    const hasReferences = segments.join('.') === REFERENCES_PATH;
    for (const [key, item] of Object.entries(value)) {
      const isValue = called !== undefined && /^(?:value|values|val|text|content)$/i.test(key);
      visit(item, [...segments, key], hasReferences ? REFERENCE : isValue ? called : key, found);
    }
  }
}

/** The name that an object such as `{name: api_key, value: …}` gives its value. */
function calledBy(value: object): string | undefined {
  for (const key of ['name', 'key', 'field', 'header', 'parameter']) {
    const called: unknown = Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined;
    if (typeof called === 'string') return called;
  }
  return undefined;
}

function secretsIn(text: string, segments: readonly Segment[], name: string | undefined): SecretText[] {
  const path = displayPath(segments);
  const [first] = recognisedSecrets(text);
  if (first !== undefined) {
    const lineInText = text.slice(0, first.start).split('\n').length;
    return [{ path, segments, kind: first.kind, lineInText }];
  }
  if (name === undefined || !isCredential(name, text)) return [];
  return [{ path, segments, kind: `the value of ${name}`, lineInText: 1 }];
}
