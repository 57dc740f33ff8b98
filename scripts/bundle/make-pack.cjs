/**
 * Makes one pack of bin/program-loader.cjs, in a process of its own for each of two steps:
 *
 *     node scripts/bundle/make-pack.cjs collect run <folder> '[{ "args": ["run", …], "variables": {} }]'
 *     node scripts/bundle/make-pack.cjs compile run <folder> '[…]'
 *
 * The first carries out the commands and writes the bundles that they loaded into one file. The second carries them out from that file
 * and writes what V8 has compiled by then: the functions that the commands call.
 */
const { Buffer } = require('node:buffer');
const { createHash } = require('node:crypto');
const { mkdirSync, readFileSync, writeFileSync } = require('node:fs');
const { dirname, join } = require('node:path');
const process = require('node:process');
const { PARAMETERS, openLoader, packFiles, packOf, sealOf } = require('../../bin/program-loader.cjs');

/** A file could be read, or a server could not be reached. */
const EXPECTED = new Set([0, 75]);

const bundles = join(dirname(require.resolve('../../package.json')), 'dist', 'bundle');
const [step, name, cwd, commands] = process.argv.slice(2);
const { source, compiled } = packFiles(bundles, name);

void make();

async function make() {
  // As in bin/gemini-sync-bridge.cjs.
  globalThis.navigator ??= { userAgent: `Node.js/${process.versions.node.split('.')[0]}` };
  const text = step === 'compile' ? readFileSync(source, 'latin1') : undefined;
  const pack = text === undefined ? undefined : packOf(text, source);
  const loader = openLoader(bundles, pack);
  const { main } = loader.load('main.js');
  for (const { args, variables } of JSON.parse(commands)) await carryOut(main, args, variables);
  if (pack === undefined) {
    const collected = `({${loader.loaded().map(asProperty).join(',')}})\n`;
    mkdirSync(dirname(source), { recursive: true });
    writeFileSync(source, `// ${createHash('sha256').update(collected).digest('hex')}\n${collected}`);
  } else {
    const code = pack.script.createCachedData();
    writeFileSync(compiled, Buffer.concat([sealOf(text, code), code]));
  }
  // A failed connection may keep the process alive.
  process.exit();
}

async function carryOut(main, args, variables) {
  let messages = '';
  const output = { write: (text) => (messages += text) };
  // Flags of V8 would become a part of what the compiled code is for.
  const keepHeapSmall = () => undefined;
  const status = await main(args, { stdout: output, stderr: output, cwd, variables, keepHeapSmall });
  if (!EXPECTED.has(status)) throw new Error(`${args.join(' ')} ended with ${status}: ${messages}`);
}

function asProperty(bundle) {
  const code = readFileSync(join(bundles, bundle), 'utf8').replace(/^\/\/# sourceMappingURL=.*$/m, '');
  return `\n${JSON.stringify(bundle)}: function (${PARAMETERS.join(', ')}) {\n${code}}`;
}
