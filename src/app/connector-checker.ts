import { once } from 'node:events';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { CheckedFile } from '../connector/known-files.ts';
import {
  CONNECTOR_CHECK_MS_MAX,
  CONNECTOR_WORKER_HEAP_MB_MAX,
  CONNECTOR_WORKER_START_MS_MAX,
} from '../core/limits.ts';
import type { PolicyPlace } from './policy.ts';

/** Checks connector files in a thread, which it starts for the first one. */
export interface ConnectorChecker {
  /** Reports a file that takes too long or that breaks the thread, as a problem of that file. */
  check(file: string): Promise<CheckedFile>;
  close(): Promise<void>;
}

/** @param limits for tests */
export function openConnectorChecker(
  place: PolicyPlace,
  limits = { fileMs: CONNECTOR_CHECK_MS_MAX },
): ConnectorChecker {
  let worker: Promise<Worker> | undefined;
  const stop = async () => {
    const started = worker;
    worker = undefined;
    await (await started?.catch(() => undefined))?.terminate();
  };
  return {
    async check(file) {
      try {
        worker ??= start(place);
        return await answerOf(await worker, file, limits.fileMs);
      } catch (thrown) {
        await stop();
        return unchecked(file, thrown instanceof Error && thrown.name === 'AbortError' ? 'time' : 'failure');
      }
    },
    close: stop,
  };
}

/** The same file in `src/` and in `dist/`. */
async function start({ policyFile, cwd }: PolicyPlace): Promise<Worker> {
  const isSource = import.meta.url.endsWith('.ts');
  const worker = new Worker(new URL(`./connector-check-worker${isSource ? '.ts' : '.js'}`, import.meta.url), {
    workerData: { policyFile, cwd },
    resourceLimits: { maxOldGenerationSizeMb: CONNECTOR_WORKER_HEAP_MB_MAX },
    ...(isSource ? { execArgv: typescriptArguments() } : {}),
  });
  try {
    await once(worker, 'message', { signal: AbortSignal.timeout(CONNECTOR_WORKER_START_MS_MAX) });
  } catch (thrown) {
    await worker.terminate();
    throw thrown;
  }
  worker.unref();
  return worker;
}

/** During development the sources run as they are, and a thread needs the loader too. */
function typescriptArguments(): string[] {
  return ['--import', pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href];
}

async function answerOf(worker: Worker, file: string, ms: number): Promise<CheckedFile> {
  // It keeps the process alive only while a file is checked.
  worker.ref();
  try {
    worker.postMessage(file);
    // eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion -- The thread is this program's own.
    const [checked] = (await once(worker, 'message', { signal: AbortSignal.timeout(ms) })) as [CheckedFile];
    return checked;
  } finally {
    worker.unref();
  }
}

function unchecked(file: string, because: 'time' | 'failure'): CheckedFile {
  const message =
    because === 'time'
      ? 'The file takes too long to check, so it is not used until it changes.'
      : 'The check of this file failed, so it is not used until it changes.';
  const fix = 'a smaller file; gemini-sync-bridge validate shows what it is about';
  return {
    file,
    value: undefined,
    places: {},
    problems: [{ severity: 'error', code: 'check_too_slow', file, line: 1, path: '', message, fix }],
  };
}
