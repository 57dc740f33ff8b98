import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import type { Finding, Segment } from './problem.ts';
import { connectorSchema } from './schema-document.ts';
import { findingOf } from './schema-sentences.ts';
import type { Connector } from './types.ts';

let compiled: ValidateFunction<Connector> | undefined;

function validator(): ValidateFunction<Connector> {
  // `verbose` puts the value and its schema into each error: the sentences are made from their descriptions.
  const ajv = () =>
    new Ajv2020({ allErrors: true, verbose: true, allowUnionTypes: true, strictTypes: false });
  compiled ??= ajv().compile<Connector>(connectorSchema());
  return compiled;
}

/** Whether a value has the shape of a connector. */
export function isConnector(value: unknown): value is Connector {
  return validator()(value);
}

/** Everything in which a value differs from `schemas/connector.schema.json`, one finding for each mistake. */
export function shapeFindings(value: unknown): Finding[] {
  const validate = validator();
  if (validate(value)) return [];
  const errors = withoutConsequences(validate.errors ?? []);
  const findings = errors.flatMap(
    (error) => findingOf(error, value, segmentsOf(value, error.instancePath)) ?? [],
  );
  return withoutMeantKeys(firstOfEach(findings));
}

/**
 * Ajv reports the branch that failed and everything inside it. When the kind of source does not fit the mode, what is
 * missing or left over for that mode is no news.
 */
function withoutConsequences(errors: readonly ErrorObject[]): ErrorObject[] {
  const told = errors.filter((error) => error.keyword !== 'if' && error.propertyName === undefined);
  const wrongType = told.some((error) => isSourceType(error) && error.keyword === 'enum');
  const consequence = (error: ErrorObject): boolean =>
    wrongType &&
    !isSourceType(error) &&
    isConditional(error) &&
    error.instancePath.startsWith('/spec/source');
  // A condition's list of types is narrower than the general one, so its sentence comes first and stays.
  return told
    .filter((error) => !consequence(error))
    .sort((left, right) => Number(isConditional(right)) - Number(isConditional(left)));
}

function isSourceType(error: ErrorObject): boolean {
  return error.instancePath === '/spec/source/type';
}

function isConditional(error: ErrorObject): boolean {
  return error.schemaPath.includes('/then/');
}

function firstOfEach(findings: readonly Finding[]): Finding[] {
  const seen = new Map<string, Finding>();
  for (const finding of findings) {
    const key = `${finding.code} ${finding.path}`;
    if (!seen.has(key)) seen.set(key, finding);
  }
  return [...seen.values()];
}

/** `qurey:` is one mistake, not two: where a misspelt key stands for a missing one, the missing one is not told. */
function withoutMeantKeys(findings: readonly Finding[]): Finding[] {
  const meant = new Set(findings.flatMap((finding) => (finding.code === 'unknown_key' ? [finding.fix] : [])));
  return findings.filter(
    (finding) => finding.code !== 'missing_key' || !meant.has(`${finding.path.split('.').at(-1) ?? ''}:`),
  );
}

/** A JSON pointer as segments; only the value tells whether `0` is an index or a key. */
function segmentsOf(value: unknown, pointer: string): Segment[] {
  let at = value;
  return pointer
    .split('/')
    .slice(1)
    .map((part) => {
      const name = part.replaceAll('~1', '/').replaceAll('~0', '~');
      const segment = Array.isArray(at) ? Number(name) : name;
      at =
        typeof at === 'object' && at !== null
          ? Object.entries(at).find(([key]) => key === name)?.[1]
          : undefined;
      return segment;
    });
}
