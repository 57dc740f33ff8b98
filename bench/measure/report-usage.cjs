// Preloaded into a measured process with --require: writes what the operating system says it used, as JSON, when it ends. It is
// CommonJS because an ES module would start the loader of ES modules, which a bare `node -e 0` does not start.
const { readFileSync, writeFileSync } = require('node:fs');
const process = require('node:process');

/** In MB of 2^20 bytes. */
function peakRssMb() {
  try {
    // On Linux `maxRSS` is also that of the process which started this one, up to the moment of the start.
    const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
    if (kilobytes !== undefined) return Number(kilobytes) / 1024;
  } catch {
    // Another operating system.
  }
  return process.resourceUsage().maxRSS / 1024;
}

process.on('exit', () => {
  const { userCPUTime, systemCPUTime } = process.resourceUsage();
  writeFileSync(
    process.env.USAGE_FILE ?? '/dev/null',
    JSON.stringify({ cpuSeconds: (userCPUTime + systemCPUTime) / 1e6, peakRssMb: peakRssMb() }),
  );
});
