import type { ExitStatus } from '../core/exit-status.ts';
import type { Environment } from './environment/environment.ts';

export interface OutputStream {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

/** Bytes that another program sends. */
export interface InputStream extends AsyncIterable<Uint8Array | string> {
  readonly isTTY?: boolean | undefined;
}

/** The parts of the process that a subcommand may use; a test passes its own. */
export interface CommandIo {
  /** Only for results. */
  readonly stdout: OutputStream;
  /** For logs and progress. */
  readonly stderr: OutputStream;
  /** Only for values that must not be arguments; undefined if it is missing. */
  readonly stdin?: InputStream | undefined;
  readonly env: Environment;
  readonly cwd: string;
  /** Sets the exit status; the last call wins. Never ends the process. */
  exit(status: ExitStatus): void;
}
