// Preloaded into the built program: at its end, writes the files that it has loaded to LOADED_FILE, one a line.
const { writeFileSync } = require('node:fs');
const process = require('node:process');

process.on('exit', () => {
  writeFileSync(process.env.LOADED_FILE, Object.keys(require.cache).join('\n'));
});
