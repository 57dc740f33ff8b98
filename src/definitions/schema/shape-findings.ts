import type { ErrorObject, ValidateFunction } from 'ajv/dist/2020.js';
import { CONNECTOR_UNKNOWN_KEYS_NAMED_MAX } from '../limits.ts';
import type { FieldFinding, Segment } from '../problem.ts';
import type { SchemaDocument } from './schema-document.ts';
import { findingOf, moreUnknownKeys } from './schema-sentences.ts';

/** A schema with the function that it was compiled to. */
export interface CompiledSchema {
  readonly validate: ValidateFunction;
  readonly document: SchemaDocument;
  /** Leaves out errors that only follow from other ones. */
  readonly withoutConsequences?: (errors: readonly ErrorObject[]) => ErrorObject[];
}

/** Every difference between a value and a schema, one finding for each mistake. */
export function shapeFindingsOf(
  value: unknown,
  { validate, document, withoutConsequences = (errors) => [...errors] }: CompiledSchema,
): FieldFinding[] {
  if (validate(value)) return [];
  const told = (validate.errors ?? []).filter(
    (error) => error.keyword !== 'if' && error.propertyName === undefined,
  );
  const { named, left } = firstUnknownKeys(withoutConsequences(told));
  const context = { document, definition: value };
  const findings = [
    ...named.flatMap((error) => findingOf(error, context, segmentsOf(value, error.instancePath)) ?? []),
    ...left.map(({ first, count }) => moreUnknownKeys(first, segmentsOf(value, first.instancePath), count)),
  ];
  return withoutMeantKeys(firstOfEach(findings));
}

interface LeftOut {
  readonly first: ErrorObject;
  count: number;
}

/** Sentences for 1,000 unknown keys would take seconds to write, and would not be read. */
function firstUnknownKeys(errors: readonly ErrorObject[]): {
  readonly named: readonly ErrorObject[];
  readonly left: readonly LeftOut[];
} {
  const counts = new Map<string, number>();
  const left = new Map<string, LeftOut>();
  const named = errors.filter((error) => {
    if (error.keyword !== 'additionalProperties') return true;
    const count = (counts.get(error.instancePath) ?? 0) + 1;
    counts.set(error.instancePath, count);
    if (count <= CONNECTOR_UNKNOWN_KEYS_NAMED_MAX) return true;
    const known = left.get(error.instancePath);
    if (known === undefined) left.set(error.instancePath, { first: error, count: 1 });
    else known.count += 1;
    return false;
  });
  return { named, left: [...left.values()] };
}

function firstOfEach(findings: readonly FieldFinding[]): FieldFinding[] {
  const seen = new Map<string, FieldFinding>();
  for (const finding of findings) {
    const key = `${finding.code} ${finding.path}`;
    if (!seen.has(key)) seen.set(key, finding);
  }
  return [...seen.values()];
}

/** `qurey:` is one mistake, not two: if a misspelt key explains a missing one, the missing one is not reported. */
function withoutMeantKeys(findings: readonly FieldFinding[]): FieldFinding[] {
  const meant = new Set(findings.flatMap((finding) => (finding.code === 'unknown_key' ? [finding.fix] : [])));
  return findings.filter(
    (finding) => finding.code !== 'missing_key' || !meant.has(`${finding.path.split('.').at(-1) ?? ''}:`),
  );
}

/** A JSON pointer as segments; the value decides whether `0` is an index or a key. */
function segmentsOf(value: unknown, pointer: string): Segment[] {
  let at = value;
  return pointer
    .split('/')
    .slice(1)
    .map((part) => {
      const name = part.replaceAll('~1', '/').replaceAll('~0', '~');
      const segment = Array.isArray(at) ? Number(name) : name;
      at = valueIn(at, name);
      return segment;
    });
}

function valueIn(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
  return Reflect.get(value, key);
}
