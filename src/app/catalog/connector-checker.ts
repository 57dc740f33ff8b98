import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { CheckedFile } from '../../definitions/files/known-files.ts';
import {
  CONNECTOR_CHECK_MS_MAX,
  CONNECTOR_WORKER_HEAP_MB_MAX,
  CONNECTOR_WORKER_START_MS_MAX,
} from '../limits.ts';
import type { CheckWork } from './connector-check-worker.ts';
import type { PolicyPlace } from './policy.ts';

/** Checks connector files in a thread, which is started for the first file. */
export interface ConnectorChecker {
  /**
   * Reports a file that takes too long or crashes the thread as a problem of that file.
   * @param text checked in place of the content of the file
   */
  check(file: string, text?: string): Promise<CheckedFile>;
  close(): Promise<void>;
}

/** @param limits only tests set them */
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
    async check(file, text) {
      try {
        worker ??= start(place);
        return await answerOf(await worker, { file, text }, limits.fileMs);
      } catch (thrown) {
        await stop();
        return unchecked(file, thrown instanceof TooSlow ? limits.fileMs : undefined);
      }
    },
    close: stop,
  };
}

async function start({ policyFile, cwd }: PolicyPlace): Promise<Worker> {
  const options = {
    workerData: { policyFile, cwd },
    resourceLimits: { maxOldGenerationSizeMb: CONNECTOR_WORKER_HEAP_MB_MAX },
    execArgv: [],
  };
  const isSource = import.meta.url.endsWith('.ts');
  const worker = isSource
    ? new Worker(typescriptStart(), { ...options, eval: true })
    : new Worker(fileURLToPath(new URL('./connector-check-worker.js', import.meta.url)), options);
  try {
    await nextMessage(worker, CONNECTOR_WORKER_START_MS_MAX);
  } catch (thrown) {
    await worker.terminate();
    throw thrown;
  }
  worker.unref();
  return worker;
}

/** During development the TypeScript sources run directly, and a thread must register the compiler before it loads them. */
function typescriptStart(): string {
  const compiler = pathToFileURL(
    // A thread started from a script string is CommonJS, while the loader is an ES module.
    createRequire(import.meta.url)
      .resolve('tsx/esm/api')
      .replace(/\.cjs$/, '.mjs'),
  ).href;
  const source = new URL('./connector-check-worker.ts', import.meta.url).href;
  return `import(${JSON.stringify(compiler)}).then(({ register }) => { register(); return import(${JSON.stringify(source)}); })`;
}

async function answerOf(worker: Worker, work: CheckWork, ms: number): Promise<CheckedFile> {
  // The thread keeps the process alive only while a file is being checked.
  worker.ref();
  try {
    worker.postMessage(work);
    return (await nextMessage(worker, ms)) as CheckedFile;
  } finally {
    worker.unref();
  }
}

class TooSlow extends Error {
  override readonly name = 'TooSlow';
}

function nextMessage(worker: Worker, ms: number): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new TooSlow(`The thread did not answer within ${ms} ms.`));
    }, ms);
    const failed = (reason: unknown) => {
      clearTimeout(timer);
      reject(reason instanceof Error ? reason : new Error(`The thread ended: ${String(reason)}.`));
    };
    worker.once('error', failed);
    worker.once('exit', failed);
    worker.once('message', (message: unknown) => {
      clearTimeout(timer);
      worker.off('error', failed);
      worker.off('exit', failed);
      resolve(message);
    });
  });
}

/** @param tooSlowMs the time limit that was exceeded; undefined if the check failed in another way */
function unchecked(file: string, tooSlowMs: number | undefined): CheckedFile {
  const message =
    tooSlowMs === undefined
      ? 'Checking this file failed, so it is not used until it changes.'
      : `Checking this file took longer than ${tooSlowMs / 1_000} s, so it is not used until it changes.`;
  const fix = 'a smaller file: fewer keys, and shorter queries, templates and lists';
  return {
    file,
    value: undefined,
    places: {},
    problems: [{ status: 'fail', code: 'check_too_slow', place: { file }, subject: '', message, fix }],
  };
}
