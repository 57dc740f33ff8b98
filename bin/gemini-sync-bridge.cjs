#!/usr/bin/env node
// CommonJS, because starting the loader of ES modules takes as long as half of Node's own start.
const process = require('node:process');

// Before anything is written: what this process makes, and what its libraries make, belongs to its user alone.
process.umask(0o077);
const args = process.argv.slice(2);
if (args.length === 1 && (args[0] === '--version' || args[0] === '-V')) {
  // An orchestrator asks for it before each run; nothing of the program is needed to answer.
  process.stdout.write(`${require('../package.json').version}\n`);
} else {
  // As in Node 21 and newer. Without a navigator, the Postgres driver makes a Response to find out where it runs, for which
  // Node 20 loads all of fetch.
  globalThis.navigator ??= { userAgent: `Node.js/${process.versions.node.split('.')[0]}` };
  void start();
}

async function start() {
  const { main, endSoon } = await program(require.resolve('#main'));
  process.exitCode = await main(args);
  endSoon(process);
}

function program(file) {
  // In development the program runs from its sources, which are ES modules.
  if (file.endsWith('.ts')) return import('#main');
  // Only the server and the level debug log stack traces. Reading the maps takes a tenth of a short run, and only Node's own loader
  // reads them.
  if (args[0] === 'serve' || /^debug$/i.test(process.env.LOG_LEVEL ?? '')) {
    process.setSourceMapsEnabled(true);
    return require('#main');
  }
  const { dirname } = require('node:path');
  const { openLoader, openPack } = require('./program-loader.cjs');
  const bundles = dirname(file);
  return openLoader(bundles, openPack(bundles, packName())).load('main.js');
}

/** The pack with what this command needs; `main` has only what all commands need. scripts/bundle/packs.ts makes them. */
function packName() {
  const [command] = args;
  const asksForHelp = args.includes('--help') || args.includes('-h');
  return !asksForHelp && (command === 'run' || command === 'validate') ? command : 'main';
}
