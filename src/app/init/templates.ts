import { readdir, readFile } from 'node:fs/promises';
import { packageFile } from '../../core/package-file.ts';

/** The reusable flows of this package. The folder below it has generated flows of our own examples, which are left out. */
const FLOWS = 'kestra/flows/';

/** Reads a file of `templates/init/`. */
export function template(path: string): Promise<string> {
  return readFile(packageFile(`templates/init/${path}`), 'utf8');
}

/** A placeholder of a template is a name between percent signs, which neither Liquid, YAML nor a workflow reads. */
export function filled(text: string, values: Readonly<Record<string, string>>): string {
  return text.replaceAll(/%([a-z]+)%/g, (placeholder, name: string) => values[name] ?? placeholder);
}

/** The flows that run any connector, as they come with this package. */
export async function reusableFlows(): Promise<readonly { readonly name: string; readonly text: string }[]> {
  const names = (await readdir(packageFile(FLOWS))).filter((name) => name.endsWith('.yaml')).toSorted();
  return Promise.all(
    names.map(async (name) => ({ name, text: await readFile(packageFile(`${FLOWS}${name}`), 'utf8') })),
  );
}
