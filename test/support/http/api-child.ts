/** Sends one request to Google's own address, and prints the answer, or the error and its hint, and each log line. */
import { createLogger, jsonFormat } from '../../../src/core/log.ts';
import { openApi } from '../../../src/gemini/api/api.ts';

const write = (line: string) => process.stdout.write(`${line}\n`);
const api = await openApi({
  location: 'global',
  projectId: 'my-project',
  endpoint: undefined,
  retry: { retries: 0, backoffSeconds: 0 },
  leases: { requireHeld: () => Promise.resolve() },
  log: createLogger({
    write,
    level: 'debug',
    format: jsonFormat,
    now: () => new Date(),
    redact: (line) => line,
  }),
});
await api
  .request(
    { method: 'GET', path: 'projects/p/operations/1', quota: 'reads', repeatable: true },
    new AbortController().signal,
  )
  .then(
    (answer) => write(JSON.stringify({ answer })),
    (error: unknown) => write(JSON.stringify({ error, message: String(error) })),
  );
