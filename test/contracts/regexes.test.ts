import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { checkSync } from 'recheck';
import ts from 'typescript';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

interface Pattern {
  readonly place: string;
  readonly source: string;
  readonly flags: string;
}

/** Every pattern that is written as a literal. */
function literals(): Pattern[] {
  return ['src', 'public', 'bin'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.(?:tsx?|js)$/.test(name))
      .flatMap((name) => literalsOf(join(folder, name))),
  );
}

function literalsOf(file: string): Pattern[] {
  const parsed = ts.createSourceFile(
    file,
    readFileSync(join(ROOT, file), 'utf8'),
    ts.ScriptTarget.Latest,
    true,
  );
  const found: Pattern[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isRegularExpressionLiteral(node)) {
      const end = node.text.lastIndexOf('/');
      const { line } = parsed.getLineAndCharacterOfPosition(node.getStart());
      found.push({
        place: `${file}:${line + 1}`,
        source: node.text.slice(1, end),
        flags: node.text.slice(end + 1).replace('v', 'u'),
      });
    }
    ts.forEachChild(node, visit);
  };
  visit(parsed);
  return found;
}

/** The `pattern` keywords of the schemas, which Ajv compiles with the flag `u`; each once. */
function schemaPatterns(): Pattern[] {
  const texts = readdirSync(join(ROOT, 'schemas')).map((name) =>
    readFileSync(join(ROOT, 'schemas', name), 'utf8'),
  );
  const sources = texts.flatMap((text) =>
    [...text.matchAll(/"pattern": ("(?:[^"\\]|\\.)*")/g)].map(
      ([, quoted = '""']) => JSON.parse(quoted) as string,
    ),
  );
  return [...new Set(sources)].map((source) => ({ place: `schema ${source}`, source, flags: 'u' }));
}

test('no pattern takes more than linear time for a hostile text', () => {
  const patterns = [...literals(), ...schemaPatterns()];
  expect(patterns.length).toBeGreaterThan(200);
  const slow: string[] = [];
  for (const { place, source, flags } of patterns) {
    const found = checkSync(source, flags, { timeout: null });
    if (found.status !== 'safe') slow.push(`${place} /${source}/${flags}: ${found.status}`);
  }
  expect(slow).toEqual([]);
  // A time limit per pattern would depend on the speed of the machine.
}, 1_800_000);

test('the check finds a pattern that is not linear', () => {
  expect(checkSync('[;\\s]+$', '')).toMatchObject({ status: 'vulnerable' });
  expect(checkSync('^(a+)+$', '')).toMatchObject({ status: 'vulnerable' });
});
