import { transform } from 'esbuild';

/** What `import.meta.url` is called in the bundles. */
const URL_OF_FILE = '__fileUrl';
/** What `import()` is called in the bundles; bin/program-loader.cjs gives it to those that it compiles itself. */
const IMPORT = '__import';
/**
 * Replaces the getters by which esbuild exports by the values, which are final once a part has been evaluated. A first load calls
 * functions of other parts for every byte, and took twice as long with getters.
 */
const PLAIN_EXPORTS = 'module.exports = { ...module.exports };\n';
/** The modules of Node that are not in memory when it starts. Loading `crypto` takes 3 ms, a sixth of Node's own start. */
const LATE_MODULES =
  /^var (import_\w+) = (require\("node:(?:crypto|fs\/promises|http|module|net|os|perf_hooks|stream|stream\/promises|timers\/promises|tls|v8|worker_threads|zlib)"\));$/gm;

/**
 * Converts one of esbuild's ES modules. Node loads a CommonJS module in a third of the time that it needs for an ES module, and does
 * not start the loader of ES modules.
 * @param name its file name, such as `main.js`
 * @returns code in ASCII, and its source map
 */
export async function commonJs(
  name: string,
  text: string,
  target: string,
): Promise<{ readonly code: string; readonly map: string }> {
  const parts = text
    // Only the program's own parts: packages and migrations may be ES modules.
    .replaceAll(/\bimport\(("\.\/[\w.-]+")\)/g, 'Promise.resolve().then(() => require($1))')
    // With a name, or where its result is awaited: other text with these words is not code.
    .replaceAll(/\bimport\((?=")|(?<=\bawait )import\(/g, `${IMPORT}(`);
  const { code, map } = await transform(parts, {
    // The ending decides how a package without ES modules is imported: as Node does it.
    sourcefile: name.replace(/\.js$/, '.mjs'),
    format: 'cjs',
    platform: 'node',
    target,
    charset: 'ascii',
    sourcemap: 'external',
    sourcesContent: true,
    define: { 'import.meta.url': URL_OF_FILE },
    banner: bannerOf(parts),
  });
  return { code: `${inAscii(withLateModules(code))}${PLAIN_EXPORTS}`, map };
}

function bannerOf(code: string): string {
  return [
    code.includes('import.meta.url') &&
      `const ${URL_OF_FILE} = require('node:url').pathToFileURL(__filename).href;`,
    code.includes(`${IMPORT}(`) && `const ${IMPORT} = module.import ?? ((id) => import(id));`,
  ]
    .filter((line) => line !== false)
    .join('\n');
}

/** Makes these modules of Node load at their first use, and not with the file that could use them. No line is added. */
function withLateModules(code: string): string {
  let late = code;
  for (const [declaration, name = '', load = ''] of code.matchAll(LATE_MODULES)) {
    late = late
      .replaceAll(new RegExp(`\\b${name}\\.`, 'g'), `${name}.late.`)
      .replace(
        declaration,
        `let ${name}_; const ${name} = { get late() { return (${name}_ ??= ${load}); } };`,
      );
  }
  return late;
}

/** Escapes what esbuild leaves in regular expressions and comments. V8 takes one byte in place of two for a character of such a file. */
function inAscii(code: string): string {
  return code.replaceAll(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
