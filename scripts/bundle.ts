/**
 * Makes `dist/bundle/`, which is the program as it is installed: one file for the command line, one for each part that is loaded
 * on demand, and one for what several of them share. Reading 400 small files takes Node several times as long as reading these.
 *
 *     npm run bundle
 */
import { build, transform, type Plugin } from 'esbuild';
import type { Ajv2020, CodeOptions, ValidateFunction } from 'ajv/dist/2020.js';
import standalone from 'ajv/dist/standalone/index.js';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { connectorAjv, connectorValidator } from '../src/definitions/connector/schema-validator.ts';
import { policyAjv, policyValidator } from '../src/policy/schema-validator.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const OUTPUT = join(ROOT, 'dist', 'bundle');
const TARGET = 'node20';
/**
 * Replaces the getters by which esbuild exports by the values, which are final once a part has been evaluated. A first load calls
 * functions of other parts for every byte, and took twice as long with getters.
 */
const PLAIN_EXPORTS = 'module.exports = { ...module.exports };\n';
/** What `import.meta.url` is called in the bundles. */
const URL_OF_FILE = '__fileUrl';

interface CompiledSchema {
  readonly file: RegExp;
  /** What the file exports. */
  readonly name: string;
  readonly ajv: (code: CodeOptions) => Ajv2020;
  readonly compile: (ajv: Ajv2020) => ValidateFunction;
}

const SCHEMAS: readonly CompiledSchema[] = [
  {
    file: /\/definitions\/connector\/schema-validator\.ts$/,
    name: 'connectorValidator',
    ajv: connectorAjv,
    compile: connectorValidator,
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

/** Packages stay packages: installed once, updated and audited by npm. Only what a compiled schema calls is taken in. */
const packages: Plugin = {
  name: 'packages',
  setup(esbuild) {
    esbuild.onResolve({ filter: /^[^./]/ }, ({ path }) => {
      const [scope = '', name = ''] = path.split('/');
      const isPackage = Object.hasOwn(dependencies, scope.startsWith('@') ? `${scope}/${name}` : scope);
      return isPackage && !path.startsWith('ajv/dist/runtime/') ? { path, external: true } : undefined;
    });
  },
};

const { outputFiles } = await build({
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
  logLevel: 'warning',
  plugins: [packages, compiledSchemas],
});
await rm(OUTPUT, { recursive: true, force: true });
await mkdir(OUTPUT, { recursive: true });
await writeFile(join(OUTPUT, 'package.json'), '{ "type": "commonjs" }\n');
await Promise.all(outputFiles.map(async ({ path, text }) => writeCommonJs(basename(path), text)));

/**
 * Node loads a CommonJS module in a third of the time that it needs for an ES module, and does not start the loader of ES
 * modules. esbuild splits only ES modules, so the parts are converted one by one.
 */
async function writeCommonJs(name: string, text: string): Promise<void> {
  // Only for the program's own parts: packages and migrations may be ES modules.
  const parts = text.replaceAll(/\bimport\(("\.\/[\w.-]+")\)/g, 'Promise.resolve().then(() => require($1))');
  const { code, map } = await transform(parts, {
    // The ending decides how a package without ES modules is imported: as Node does it.
    sourcefile: name.replace(/\.js$/, '.mjs'),
    format: 'cjs',
    platform: 'node',
    target: TARGET,
    sourcemap: 'external',
    sourcesContent: true,
    define: { 'import.meta.url': URL_OF_FILE },
    banner: `const ${URL_OF_FILE} = require('node:url').pathToFileURL(__filename).href;`,
  });
  await writeFile(join(OUTPUT, name), `${code}${PLAIN_EXPORTS}//# sourceMappingURL=${name}.map\n`);
  await writeFile(join(OUTPUT, `${name}.map`), map);
}
