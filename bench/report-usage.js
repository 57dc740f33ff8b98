// Preloaded into a measured process: writes what the operating system says it used, as JSON, when it ends.
import { writeFileSync } from 'node:fs';
import process from 'node:process';

process.on('exit', () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  writeFileSync(
    process.env.USAGE_FILE ?? '/dev/null',
    JSON.stringify({ cpuSeconds: (userCPUTime + systemCPUTime) / 1e6, peakRssMb: maxRSS / 1024 }),
  );
});
