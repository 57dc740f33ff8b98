import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { isJsonObject, listAt, objectAt, textAt, type JsonObject } from '../files/json.ts';
import { resourcesOf, type Helm } from './helm.ts';

/** helm is built from its source if neither CI nor an earlier run of the tests did that. */
export const INSTALLATION_MS = 1_200_000;

/** Values that use every option of the chart. */
export const EVERY_OPTION = yamlObject(
  readFileSync(join(import.meta.dirname, '..', '..', 'helm', 'values.yaml'), 'utf8'),
);

/** YAML whose root is an object; anything else gives an empty one. */
export function yamlObject(yaml: string): JsonObject {
  const value: unknown = parse(yaml);
  return isJsonObject(value) ? value : {};
}

/** Renders the chart to YAML. @throws Error with the message of helm */
export async function render(helm: Helm, values: JsonObject): Promise<string> {
  const { ok, output } = await helm.template(values);
  if (!ok) throw new Error(output);
  return output;
}

/** All objects within a value, and the value itself. */
export function objectsIn(value: unknown): JsonObject[] {
  if (Array.isArray(value)) return value.flatMap(objectsIn);
  return isJsonObject(value) ? [value, ...Object.values(value).flatMap(objectsIn)] : [];
}

/** The pods of resources, which are the objects with containers. */
export function podsIn(value: unknown): JsonObject[] {
  return objectsIn(value).filter((object) => Array.isArray(object['containers']));
}

/** The containers of a pod, with those that start before the others. */
export function containersOf(pod: JsonObject): JsonObject[] {
  return [...listAt(pod, 'initContainers'), ...listAt(pod, 'containers')].flatMap((each) =>
    isJsonObject(each) ? [each] : [],
  );
}

/** A container of the first pods in a resource. */
export function containerOf(resource: JsonObject, index = 0): JsonObject {
  return podsIn(resource).flatMap(containersOf)[index] ?? {};
}

/** The names of the variables of a container. */
export function variablesOf(container: JsonObject): string[] {
  return listAt(container, 'env').flatMap((each) => (isJsonObject(each) ? (textAt(each, 'name') ?? []) : []));
}

/** The resource of a kind with this name. */
export function resourceNamed(yaml: string, kind: string, name: string): JsonObject {
  const found = resourcesOf(yaml).find(
    (resource) => resource['kind'] === kind && objectAt(resource, 'metadata')['name'] === name,
  );
  if (found === undefined) throw new Error(`There is no ${kind} ${name}.`);
  return found;
}
