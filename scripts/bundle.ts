/**
 * Makes `dist/bundle/`, which is the program as it is installed: one file for the command line, one for each part that is loaded
 * on demand, and one for what several of them share; beside them packs of those that the shortest commands load. Reading 400 small files takes Node several times as long as reading these.
 *
 *     npm run bundle
 */
import { build, type Plugin } from 'esbuild';
import type { Ajv2020, CodeOptions, ValidateFunction } from 'ajv/dist/2020.js';
import standalone from 'ajv/dist/standalone/index.js';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { appValidator } from '../src/definitions/app/schema-validator.ts';
import { connectorAjv, connectorValidator } from '../src/definitions/connector/schema/schema-validator.ts';
import { knowledgeSourceValidator } from '../src/definitions/knowledge-source/schema-validator.ts';
import { bundledPackages, withoutUnusedParts } from './bundle/packages.ts';
import { commonJs } from './bundle/common-js.ts';
import { bundledLicences } from './bundle/licences.ts';
import { makePacks } from './bundle/packs.ts';
import { policyAjv, policyValidator } from '../src/policy/schema-validator.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const OUTPUT = join(ROOT, 'dist', 'bundle');
const TARGET = 'node20';
interface CompiledSchema {
  readonly file: RegExp;
  /** What the file exports. */
  readonly name: string;
  readonly ajv: (code: CodeOptions) => Ajv2020;
  readonly compile: (ajv: Ajv2020) => ValidateFunction;
}

const SCHEMAS: readonly CompiledSchema[] = [
  {
    file: /\/definitions\/connector\/schema\/schema-validator\.ts$/,
    name: 'connectorValidator',
    ajv: connectorAjv,
    compile: connectorValidator,
  },
  {
    file: /\/definitions\/knowledge-source\/schema-validator\.ts$/,
    name: 'knowledgeSourceValidator',
    ajv: connectorAjv,
    compile: knowledgeSourceValidator,
  },
  {
    file: /\/definitions\/app\/schema-validator\.ts$/,
    name: 'appValidator',
    ajv: connectorAjv,
    compile: appValidator,
  },
  {
    file: /\/policy\/schema-validator\.ts$/,
    name: 'policyValidator',
    ajv: policyAjv,
    compile: policyValidator,
  },
];

/** Puts what ajv compiles a schema to in the place of the file that compiles it. */
const compiledSchemas: Plugin = {
  name: 'compiled-schemas',
  setup(esbuild) {
    for (const { file, name, ajv, compile } of SCHEMAS) {
      esbuild.onLoad({ filter: file }, ({ path }) => {
        const compiler = ajv({ source: true, esm: true });
        const code = standalone.default(compiler, compile(compiler));
        const contents = `${code}\nexport function ${name}() { return validate; }\n`;
        return { contents, loader: 'js', resolveDir: dirname(path) };
      });
    }
  },
};

const { dependencies } = JSON.parse(await readFile(`${ROOT}package.json`, 'utf8')) as {
  dependencies: Readonly<Record<string, string>>;
};

const { outputFiles, metafile } = await build({
  absWorkingDir: ROOT,
  entryPoints: ['src/cli/main.ts', 'src/app/catalog/connector-check-worker.ts'],
  outdir: OUTPUT,
  entryNames: '[name]',
  chunkNames: '[name]-[hash]',
  write: false,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: TARGET,
  sourcemap: 'inline',
  sourcesContent: true,
  jsx: 'automatic',
  jsxImportSource: 'preact',
  charset: 'ascii',
  metafile: true,
  logLevel: 'warning',
  plugins: [withoutUnusedParts, bundledPackages(new Set(Object.keys(dependencies))), compiledSchemas],
});
await rm(OUTPUT, { recursive: true, force: true });
await mkdir(OUTPUT, { recursive: true });
await writeFile(join(OUTPUT, 'package.json'), '{ "type": "commonjs" }\n');
await Promise.all(
  outputFiles.map(async ({ path, text }) => {
    const name = basename(path);
    const { code, map } = await commonJs(name, text, TARGET);
    await writeFile(join(OUTPUT, name), `${code}//# sourceMappingURL=${name}.map\n`);
    await writeFile(join(OUTPUT, `${name}.map`), map);
  }),
);
await writeFile(join(OUTPUT, 'LICENSES.txt'), await bundledLicences(ROOT, Object.keys(metafile.inputs)));
await makePacks();
