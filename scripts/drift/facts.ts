import { existsSync, readFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command, Option } from 'commander';
import { ERROR_KINDS } from '../../src/core/error-kinds.ts';
import { EXIT } from '../../src/core/exit-status.ts';
import type { DocumentedProgram } from '../../src/app/drift/documented-program.ts';
import { documentedProgram } from '../../src/cli/help/documented-program.ts';
import { silentProgram } from '../generate/silent-program.ts';
import { variablesRead } from './environment-variables.ts';
import { serverRoutes, type Route } from './server-routes.ts';
import { stateTables } from './state-tables.ts';

/** Everything that the documentation can name, from the program itself. */
export interface Facts {
  readonly program: DocumentedProgram;
  /** `run`, `keys create`. */
  readonly commands: readonly string[];
  /** `--dry-run`, with the values that it takes if they are listed. */
  readonly flags: ReadonlyMap<string, readonly string[] | undefined>;
  readonly variables: ReadonlySet<string>;
  readonly errorCodes: readonly string[];
  /** Other names in capital letters that the source has: limits, codes of rejected rows, values of the schemas. */
  readonly constants: ReadonlySet<string>;
  readonly exitStatuses: readonly number[];
  readonly routes: readonly Route[];
  /** The columns of each table. */
  readonly tables: ReadonlyMap<string, readonly string[]>;
  readonly npmScripts: readonly string[];
  /** Whether the repository has a file or folder. */
  readonly hasFile: (path: string) => boolean;
}

/** @param root the folder of the repository, with `/` at its end or without */
export async function collectFacts(root: string): Promise<Facts> {
  const commands = commandsBelow(silentProgram(), '');
  return {
    program: documentedProgram('gemini-sync-bridge', silentProgram),
    commands: commands.map(({ path }) => path),
    flags: flagsOf(commands.flatMap(({ command }) => command.options)),
    variables: new Set(variablesRead()),
    errorCodes: Object.keys(ERROR_KINDS),
    constants: await constantsBelow(join(root, 'src')),
    exitStatuses: Object.values(EXIT),
    routes: await serverRoutes(),
    tables: await stateTables(),
    npmScripts: npmScripts(join(root, 'package.json')),
    hasFile: (path) => existsSync(join(root, path)),
  };
}

function commandsBelow(parent: Command, path: string): { path: string; command: Command }[] {
  return parent.commands.flatMap((command) => {
    const own = `${path} ${command.name()}`.trim();
    return [{ path: own, command }, ...commandsBelow(command, own)];
  });
}

function flagsOf(options: readonly Option[]): ReadonlyMap<string, readonly string[] | undefined> {
  const flags = new Map<string, readonly string[] | undefined>([
    ['--help', undefined],
    ['--version', undefined],
  ]);
  for (const { long, argChoices } of options) {
    if (long === undefined) continue;
    const known = flags.get(long);
    flags.set(long, argChoices === undefined ? known : [...(known ?? []), ...argChoices]);
  }
  return flags;
}

/** Names that the program has as texts, and names of its limits. */
async function constantsBelow(folder: string): Promise<ReadonlySet<string>> {
  const names = (await readdir(folder, { recursive: true })).filter((name) => /\.tsx?$/.test(name));
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
  const found = texts.flatMap((text) => [
    ...text.matchAll(/'([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)'/g),
    ...text.matchAll(/^export const ([A-Z][A-Z0-9_]+)\b/gm),
  ]);
  return new Set(found.map(([, name = '']) => name));
}

function npmScripts(manifest: string): readonly string[] {
  const parsed: unknown = JSON.parse(readFileSync(manifest, 'utf8'));
  const scripts = typeof parsed === 'object' && parsed !== null && 'scripts' in parsed ? parsed.scripts : {};
  return Object.keys(Object(scripts) as object);
}
