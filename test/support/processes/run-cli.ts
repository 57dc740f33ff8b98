import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { execa } from 'execa';
import { isBuilt } from './built.ts';

const ROOT = new URL('../../../', import.meta.url);
const BIN = fileURLToPath(new URL('bin/gemini-sync-bridge.cjs', ROOT));
/** tsx would look for one in the working directory, and then not know what the pages are written in. */
const TSCONFIG = fileURLToPath(new URL('tsconfig.json', ROOT));
const TSX = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

/** What the program needs of its environment to be started from its sources. */
export const PROGRAM_ENV = { TSX_TSCONFIG_PATH: TSCONFIG } as const;

const FROM_SOURCES = ['--conditions=development', '--import', TSX];

/** What the program may see of the outer environment. Above all, no DATABASE_URL and no SECRET_* of the developer. */
const INHERITED = ['PATH', 'HOME', 'TMPDIR', 'TEMP', 'SYSTEMROOT', 'NODE_V8_COVERAGE'];

export interface CliOptions {
  /** Working directory; a folder of the test's own, because state and artifacts go there. */
  readonly cwd: string;
  /** The whole environment beside the inherited names above. */
  readonly env?: Readonly<Record<string, string>>;
  /** Standard input; empty unless given. */
  readonly input?: string;
  /** No file that the program writes may grow beyond this, as on a disk that is full. */
  readonly fileKibibytesMax?: number;
}

export interface CliResult {
  /** Undefined when a signal ended the process. */
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `gemini-sync-bridge`, as built or else from its sources, as a process of its own, to its end. Any exit status is a result, not an error. */
export async function runCli(args: readonly string[], options: CliOptions): Promise<CliResult> {
  const { exitCode, signal, stdout, stderr } = await startCli(args, options);
  return { exitCode, signal, stdout, stderr };
}

/** The same for a test that talks to the process while it runs: signals, output as it comes. Await it for its end. */
export function startCli(
  args: readonly string[],
  { cwd, env = {}, input = '', fileKibibytesMax }: CliOptions,
) {
  const program = [process.execPath, ...programArguments(args)];
  const [file = '', ...rest] = fileKibibytesMax === undefined ? program : limited(fileKibibytesMax, program);
  return execa(file, rest, {
    cwd,
    env: { ...inherited(), ...PROGRAM_ENV, ...env },
    extendEnv: false,
    input,
    reject: false,
    stripFinalNewline: false,
  });
}

/** What Node is started with to run the program with these arguments, as built or else from its sources. */
export function programArguments(args: readonly string[]): string[] {
  return [...(isBuilt() ? [] : FROM_SOURCES), BIN, ...args];
}

/** The shell counts in blocks of 512 bytes, as POSIX says, and then becomes the program. */
function limited(kibibytes: number, program: readonly string[]): string[] {
  return ['/bin/sh', '-c', 'ulimit -f "$0" && exec "$@"', String(kibibytes * 2), ...program];
}

function inherited(): Record<string, string> {
  const found = INHERITED.map((name) => [name, process.env[name]] as const);
  return Object.fromEntries(
    found.filter((entry): entry is readonly [string, string] => entry[1] !== undefined),
  );
}
