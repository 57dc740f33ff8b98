import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { isObject, type Fields } from './fields.ts';

export const FLOWS_FOLDER = join(import.meta.dirname, '..', '..', '..', 'kestra', 'flows');

/** A flow as Kestra sees it. */
export interface Flow {
  /** The file, or how the flow came about. */
  readonly name: string;
  readonly text: string;
  readonly fields: Fields;
}

/** Reads the text as YAML 1.1, because Kestra's parser does. */
export function flowOf(name: string, text: string): Flow {
  const fields: unknown = parse(text, { version: '1.1' });
  if (!isObject(fields)) throw new Error(`${name} is not a flow.`);
  return { name, text, fields };
}

/** All flows of the repository, hand-written and generated. */
export function repositoryFlows(): Flow[] {
  return readdirSync(FLOWS_FOLDER, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.yaml'))
    .sort()
    .map((path) => flowOf(path, readFileSync(join(FLOWS_FOLDER, path), 'utf8')));
}

export function repositoryFlow(path: string): Flow {
  return flowOf(path, readFileSync(join(FLOWS_FOLDER, path), 'utf8'));
}
