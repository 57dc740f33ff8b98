/**
 * Works until a signal comes, and says `ready` when it has begun. `polite` then ends with the status of the error,
 * `stuck` never does.
 */
import { withSignals } from '../../../src/app/run/process/process-signals.ts';
import { toBridgeError } from '../../../src/core/errors.ts';

const [how = '', shutdownSeconds = ''] = process.argv.slice(2);
const busy = setInterval(() => undefined, 1_000);

await withSignals(
  (signal) =>
    new Promise<void>((_, reject) => {
      signal.addEventListener('abort', () => {
        process.stdout.write('stopping\n');
        if (how === 'polite') reject(signal.reason as Error);
      });
      process.stdout.write('ready\n');
    }),
  { process, shutdownSeconds: Number(shutdownSeconds), repeatMs: 0 },
).catch((error: unknown) => {
  process.exitCode = toBridgeError(error).exit;
});
clearInterval(busy);
