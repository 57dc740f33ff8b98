import { once } from 'node:events';
import { execa } from 'execa';
import { BridgeError } from '../../../core/errors.ts';
import { isSqlSource } from '../../../definitions/connector/types.ts';
import {
  PREVIEW_COUNT_SECONDS_MAX,
  PREVIEW_HEAP_MB_MAX,
  PREVIEW_KILL_SECONDS,
  PREVIEW_OUTPUT_CHARACTERS_MAX,
  PREVIEW_SECONDS_MAX,
} from '../../limits.ts';
import { ownProgramArguments } from '../../run/process/own-program.ts';
import {
  PREVIEW_ARGUMENT,
  type PreviewLine,
  type PreviewOrder,
  type PreviewPhase,
} from '../preview-process/preview-order.ts';

/** The last line that the process of a preview prints. */
export type PreviewEnd = Exclude<PreviewLine, { readonly phase: PreviewPhase }>;

/** Previews a source in a separate process. @throws BridgeError PREVIEW_TIMEOUT or PREVIEW_FAILED; the reason of `signal` */
export type StartPreview = (order: PreviewOrder, signal: AbortSignal) => Promise<PreviewEnd>;

interface ProcessSettings {
  readonly cwd: string;
  /** The whole environment of the process: neither secrets nor keys nor the address of the state. */
  readonly variables: () => Readonly<Record<string, string>>;
  /** Only tests set it. */
  readonly secondsMax?: number;
}

export function previewStarter({
  cwd,
  variables,
  secondsMax = PREVIEW_SECONDS_MAX,
}: ProcessSettings): StartPreview {
  return async (order, signal) => {
    signal.throwIfAborted();
    const seconds = order.kind === 'counts' ? PREVIEW_COUNT_SECONDS_MAX : secondsMax;
    const late = AbortSignal.timeout(seconds * 1_000);
    // The last one of several heap limits counts.
    const args = ownProgramArguments([PREVIEW_ARGUMENT]);
    args.splice(process.execArgv.length, 0, `--max-old-space-size=${PREVIEW_HEAP_MB_MAX}`);
    const child = execa(process.execPath, args, {
      cwd,
      env: variables(),
      extendEnv: false,
      stdin: 'pipe',
      stdout: 'pipe',
      // A crash may print a row, and rows are never logged.
      stderr: 'ignore',
      buffer: false,
      reject: false,
      cancelSignal: AbortSignal.any([signal, late]),
      forceKillAfterDelay: PREVIEW_KILL_SECONDS * 1_000,
    });
    // The process may end before it has read the order. It stops when the stream ends, and so does not outlive this server.
    child.stdin.on('error', () => undefined);
    child.stdin.write(`${JSON.stringify(order)}\n`);
    const output = new ProcessOutput(() => child.kill('SIGKILL'));
    child.stdout.on('data', (chunk: Buffer) => {
      output.add(chunk);
    });
    const outputEnded = once(child.stdout, 'close');
    // The process may end before all of its output was read.
    const [{ exitCode }] = await Promise.all([child, outputEnded]);
    child.stdin.destroy();
    signal.throwIfAborted();
    if (late.aborted) throw tooSlow(output.phase, seconds, order);
    const end = output.end();
    if (end !== undefined) return end;
    const how = exitCode === undefined ? 'by a signal' : `with exit status ${exitCode}`;
    throw new BridgeError('PREVIEW_FAILED', `The process of the preview ended ${how} and without a result.`, {
      hint: 'Select fewer or smaller columns. If it happens again, ask the operator to check the memory of the server.',
    });
  };
}

class ProcessOutput {
  readonly #chunks: Buffer[] = [];
  readonly #onTooMuch: () => void;
  #length = 0;

  constructor(onTooMuch: () => void) {
    this.#onTooMuch = onTooMuch;
  }

  add(chunk: Buffer): void {
    this.#length += chunk.length;
    if (this.#length > PREVIEW_OUTPUT_CHARACTERS_MAX) this.#onTooMuch();
    else this.#chunks.push(chunk);
  }

  get phase(): PreviewPhase {
    return (
      this.#lines()
        .flatMap((line) => ('phase' in line ? [line.phase] : []))
        .at(-1) ?? 'start'
    );
  }

  /** A connection that is still being made when the preview is done reports its phase after the result. */
  end(): PreviewEnd | undefined {
    return this.#lines()
      .flatMap((line) => ('phase' in line ? [] : [line]))
      .at(-1);
  }

  #lines(): PreviewLine[] {
    const text = Buffer.concat(this.#chunks).toString('utf8');
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    return whole
      .split('\n')
      .filter((line) => line !== '')
      .flatMap(lineOf);
  }
}

/** A driver that prints to stdout must not break the result. */
function lineOf(text: string): PreviewLine[] {
  try {
    return [JSON.parse(text) as PreviewLine];
  } catch {
    return [];
  }
}

const AWAITED: Readonly<Record<PreviewPhase, string>> = {
  start: 'its process to start',
  connection: 'a connection to the source',
  answer: 'an answer of the source, to which it was connected',
};

function tooSlow(phase: PreviewPhase, seconds: number, { connector }: PreviewOrder): BridgeError {
  const { source } = connector.spec;
  const message = `The preview was stopped after ${seconds} seconds, while it waited for ${AWAITED[phase]}.`;
  if (isSqlSource(source)) {
    return new BridgeError('PREVIEW_TIMEOUT', `${message} Its query was cancelled.`, {
      hint: 'Make the query faster, for example with a condition on an indexed column, and try again. It may also wait for a lock.',
    });
  }
  return new BridgeError('PREVIEW_TIMEOUT', message, {
    hint:
      source.type === 'http'
        ? 'Ask the API for fewer records in a page, or check why it does not answer, and try again.'
        : 'Select fewer or smaller files with source.glob, and try again.',
  });
}
