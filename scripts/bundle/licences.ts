import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

const LICENCE_FILE = /^(?:licen[cs]e|copying)(?:\.(?:md|txt))?$/i;

/**
 * The licences of the packages that are a part of the bundles, which ask to be passed on with them.
 * @param root the folder of `node_modules/`
 * @param files the files of the bundles, relative to it
 */
export async function bundledLicences(root: string, files: readonly string[]): Promise<string> {
  const folders = files.flatMap((file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? []);
  const texts = await Promise.all(
    [...new Set(folders)].sort().map((folder) => licenceOf(join(root, folder))),
  );
  return `The bundles in this folder contain parts of these packages.\n\n${texts.join('\n')}`;
}

async function licenceOf(folder: string): Promise<string> {
  const { name, version, license, author } = JSON.parse(
    await readFile(join(folder, 'package.json'), 'utf8'),
  ) as { name: string; version: string; license?: string; author?: string | { name: string } };
  const file = (await readdir(folder)).find((each) => LICENCE_FILE.test(each));
  const holder = typeof author === 'object' ? author.name : (author ?? `the authors of ${name}`);
  const text =
    file === undefined
      ? `Copyright ${holder}. License: ${license ?? 'unknown'}`
      : await readFile(join(folder, file), 'utf8');
  return `${'-'.repeat(80)}\n${name} ${version} (${license ?? 'see below'})\n\n${text.trim()}\n`;
}
