import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CONNECTOR } from '../measure/measured-run.ts';

/** A probe that is exact for a heap table of Postgres. */
const PROBE = `SELECT count(*) || ':' || coalesce(bit_xor(hashtidextended(ctid, hashxid(xmin)::bigint)), 0) AS answer
      FROM employees`;

/** The HR connector as runs need it. A field is in the schema of some versions of the program only. */
export const VARIANTS = {
  plain: (text: string) => text,
  probe: (text: string) => withField(text, `unchangedQuery: |\n      ${PROBE}`),
  connections: (text: string) => withField(text, 'connections: 2'),
  delta: (text: string) =>
    text
      .replace('FROM employees', 'FROM employees WHERE updated_at > :watermark')
      .replace('auto_delete_missing', 'never_delete'),
} as const;

export type Variant = keyof typeof VARIANTS;

/** Writes one file for each variant. @returns their paths */
export async function writeConnectors(folder: string): Promise<Readonly<Record<Variant, string>>> {
  const text = await readFile(CONNECTOR, 'utf8');
  const write = async (variant: Variant) => {
    const file = join(folder, `${variant}.yaml`);
    const changed = VARIANTS[variant](text);
    if (variant !== 'plain' && changed === text) throw new Error(`${CONNECTOR} has no place for ${variant}.`);
    await writeFile(file, changed);
    return file;
  };
  return {
    plain: await write('plain'),
    probe: await write('probe'),
    connections: await write('connections'),
    delta: await write('delta'),
  };
}

function withField(text: string, field: string): string {
  return text.replace('    watermarkField: updated_at\n', `    watermarkField: updated_at\n    ${field}\n`);
}
