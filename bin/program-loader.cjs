/**
 * Loads the bundles of `dist/bundle/` as Node would; for some commands from a pack, which is one file with all bundles that the
 * command needs, and beside it the code that V8 compiled this file to when the program was built. Reading and compiling many files
 * was half of what a short run cost.
 *
 * Packs are in the folder of the bundles: a user who can change them can also change the program. The name of compiled code says for which
 * V8 and which machine it is, a digest says that it is whole, and V8 refuses code that was compiled with other flags. Without a pack for this Node,
 * bundles are read and compiled one by one.
 */
const { createHash } = require('node:crypto');
const { readFileSync } = require('node:fs');
const { join } = require('node:path');
const process = require('node:process');
const vm = require('node:vm');

/** The length of a SHA-256. */
const SEAL_BYTES = 32;
const PARAMETERS = ['exports', 'require', 'module', '__filename', '__dirname'];

/** The two files of a pack: its bundles, and the code that this V8 compiles them to. */
function packFiles(bundles, name) {
  const { versions, platform, arch } = process;
  return {
    source: join(bundles, 'packs', `${name}.js`),
    compiled: join(bundles, 'packs', `${name}.v8-${versions.v8}-${platform}-${arch}.bin`),
  };
}

/**
 * @param bundles the path of `dist/bundle/`
 * @returns the pack's script and its functions by the names of the bundles; undefined if it was not compiled for this Node
 */
function openPack(bundles, name) {
  const { source, compiled } = packFiles(bundles, name);
  let sealed;
  let text;
  try {
    sealed = readFileSync(compiled);
    // Bundles are in ASCII. As latin1, their characters are not decoded.
    text = readFileSync(source, 'latin1');
  } catch {
    return undefined;
  }
  // V8 itself would run damaged code, and code of another text of the same length.
  const code = sealed.subarray(SEAL_BYTES);
  const isWhole = sealOf(text, code).equals(sealed.subarray(0, SEAL_BYTES));
  return isWhole ? packOf(text, source, code) : undefined;
}

/** What precedes compiled code: a digest of it and of the first line of its text, which is a digest of the text. */
function sealOf(text, code) {
  const firstLine = text.slice(0, text.indexOf('\n'));
  return createHash('sha256').update(firstLine).update(code).digest();
}

function packOf(text, filename, cachedData) {
  const script = new vm.Script(text, { filename, cachedData });
  return { script, functions: script.runInThisContext() };
}

/**
 * @param pack what `openPack` returns
 * @returns `load`, which returns the exports of a bundle, and `loaded`, which returns the names of those that were loaded
 */
function openLoader(bundles, pack) {
  const modules = new Map();
  const requireFrom = (id) => (id.startsWith('./') ? load(id.slice(2)) : require(id));
  const importFrom = (id) => import(id);

  function load(name) {
    const known = modules.get(name);
    if (known !== undefined) return known.exports;
    const module = { exports: {}, import: importFrom };
    modules.set(name, module);
    const path = join(bundles, name);
    const run = pack?.functions[name] ?? compile(path);
    try {
      run(module.exports, requireFrom, module, path, bundles);
    } catch (thrown) {
      modules.delete(name);
      throw thrown;
    }
    return module.exports;
  }
  return { load, loaded: () => [...modules.keys()] };
}

function compile(path) {
  return vm.compileFunction(readFileSync(path, 'latin1'), PARAMETERS, { filename: path });
}

module.exports = { PARAMETERS, openLoader, openPack, packFiles, packOf, sealOf };
