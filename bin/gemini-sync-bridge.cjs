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
  // Only the server and the level debug log stack traces. Reading the maps takes a tenth of a short run.
  process.setSourceMapsEnabled(args[0] === 'serve' || /^debug$/i.test(process.env.LOG_LEVEL ?? ''));
  // As in Node 21 and newer. Without a navigator, the Postgres driver makes a Response to find out where it runs, for which
  // Node 20 loads all of fetch.
  globalThis.navigator ??= { userAgent: `Node.js/${process.versions.node.split('.')[0]}` };
  void start();
}

async function start() {
  // In development the program runs from its sources, which are ES modules.
  const { main, endSoon } = require.resolve('#main').endsWith('.ts')
    ? await import('#main')
    : require('#main');
  process.exitCode = await main(args);
  endSoon(process);
}
