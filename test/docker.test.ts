import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { isJsonObject, listAt, parsedObject, textAt, type JsonObject } from './support/files/json.ts';

const ROOT = join(import.meta.dirname, '..');
const textOf = (...path: readonly string[]) => readFileSync(join(ROOT, ...path), 'utf8');
const dockerfile = textOf('Dockerfile').replaceAll('\\\n', ' ');
const instructions = dockerfile.split('\n').filter((line) => /^[A-Z]+ /.test(line));
const argumentsOf = (instruction: string) =>
  instructions.flatMap((line) =>
    line.startsWith(`${instruction} `) ? [line.slice(instruction.length + 1).trim()] : [],
  );
/** The paths that the build copies from the repository. */
const copied = argumentsOf('COPY')
  .filter((line) => !line.startsWith('--from='))
  .flatMap((line) => line.split(/\s+/).slice(0, -1))
  .map((path) => path.replace(/^\.\//, ''));

function valuesOf(yaml: string): JsonObject {
  const value: unknown = parse(yaml);
  return isJsonObject(value) ? value : {};
}

describe('the Dockerfile', () => {
  test('copies only paths that exist and that .dockerignore lets through, and .dockerignore lets nothing else through', () => {
    for (const path of copied)
      expect({ path, exists: existsSync(join(ROOT, path)) }).toEqual({ path, exists: true });
    const permitted = textOf('.dockerignore')
      .match(/^!.+$/gm)
      ?.map((line) => line.slice(1));
    expect(permitted?.sort()).toEqual([...copied].sort());
  });

  test('copies all that the package consists of', () => {
    const folders = listAt(parsedObject(textOf('package.json')) ?? {}, 'files').map(
      (path) => String(path).split('/')[0],
    );
    expect(copied).toEqual(expect.arrayContaining(folders.filter((folder) => folder !== 'dist')));
  });

  test('builds and runs on the same base, which is pinned by digest', () => {
    expect(argumentsOf('FROM').map((line) => line.split(' ')[0])).toEqual(['${NODE_IMAGE}', '${NODE_IMAGE}']);
    expect(argumentsOf('ARG')[0]).toMatch(/^NODE_IMAGE=node:\d+\.\d+\.\d+-[a-z]+-slim@sha256:[0-9a-f]{64}$/);
  });

  test('runs as the numeric user of the chart, with the version of the package and of the chart', () => {
    const { user } = valuesOf(textOf('helm', 'gemini-sync-bridge', 'values.yaml'));
    expect(argumentsOf('USER')).toEqual([`${String(user)}:${String(user)}`]);
    const version = textAt(parsedObject(textOf('package.json')) ?? {}, 'version');
    expect(argumentsOf('ARG')).toContain(`VERSION=${version}`);
    expect(valuesOf(textOf('helm', 'gemini-sync-bridge', 'Chart.yaml'))['appVersion']).toBe(version);
  });
});
