// Preloaded into the built program: at its end, writes the files that it has loaded to LOADED_FILE, one a line.
const { writeFileSync } = require('node:fs');
const { join } = require('node:path');
const process = require('node:process');
const programLoader = require('../../../bin/program-loader.cjs');

// Bundles are not in Node's own list.
const bundles = [];
const { openLoader } = programLoader;
programLoader.openLoader = (folder, pack) => {
  const loader = openLoader(folder, pack);
  bundles.push(() => loader.loaded().map((name) => join(folder, name)));
  return loader;
};
const preloaded = new Set(Object.keys(require.cache));

process.on('exit', () => {
  const files = Object.keys(require.cache).filter((file) => !preloaded.has(file));
  writeFileSync(process.env.LOADED_FILE, [...files, ...bundles.flatMap((loaded) => loaded())].join('\n'));
});
