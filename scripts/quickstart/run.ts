import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { runVariables } from '../../src/cli/environment/run-variables.ts';
import { count } from '../../src/core/text/count-text.ts';
import { objectAt, parsedObject } from '../../test/support/files/json.ts';

const BIN = fileURLToPath(new URL('../../bin/gemini-sync-bridge.cjs', import.meta.url));
/** When this script itself runs from the sources of the program, the program does too. */
const NODE_FLAGS = process.execArgv.includes('--conditions=development') ? process.execArgv : [];
/** Longer than the program takes to release what it holds. */
const STOP_MS_MAX = 10_000;

/** What is not named must be 0. */
export type ExpectedCounts = Readonly<Partial<Record<(typeof COUNTS)[number], number>>>;

const COUNTS = [
  'seen',
  'unchanged',
  'added',
  'changed',
  'deleted',
  'held',
  'quarantined',
  'rejected',
] as const;

/** How the program is started, and where. */
export interface RunPlace {
  readonly connector: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** The command as somebody in that folder would type it. */
export function typedCommand({ connector, cwd }: RunPlace): string[] {
  const typed = (file: string) => path.relative(cwd, file);
  return [`$ node ${typed(BIN)} run \\`, `    --connector ${typed(connector)}`];
}

/**
 * Runs the program as a user would, lets it speak for itself on stdout, and checks what it says that it did.
 * @returns the counts in words.
 * @throws Error if it did something else.
 */
export async function runProgram(place: RunPlace, expected: ExpectedCounts): Promise<string> {
  const { connector, cwd, env, signal } = place;
  const child = await execa(
    process.execPath,
    [...NODE_FLAGS, BIN, 'run', '--connector', connector, '--json'],
    {
      cwd,
      env: {
        ...runVariables(process.env, []),
        ...env,
        LOG_FORMAT: 'pretty',
        LOG_LEVEL: 'warn',
        // A state database of the user's own must not learn about invented employees.
        DATABASE_URL: undefined,
        GEMINI_INGESTION_DRY_RUN: undefined,
        // What is on this machine is not reached through a proxy.
        NO_PROXY: '127.0.0.1',
      },
      extendEnv: false,
      // Its words for people go where this script's go, as they come; its result is read here.
      stdio: ['ignore', 'pipe', process.stdout.fd],
      reject: false,
      cancelSignal: signal,
      forceKillAfterDelay: STOP_MS_MAX,
    },
  );
  signal.throwIfAborted();
  if (child.exitCode !== 0) {
    throw new Error(`The run ended with exit status ${child.exitCode ?? 'none'} instead of 0.`);
  }
  requireCounts(countsIn(child.stdout), expected);
  const done = COUNTS.filter((name) => (expected[name] ?? 0) > 0);
  return done.map((name) => `${count(expected[name] ?? 0)} ${name}`).join(', ');
}

function countsIn(text: string): Readonly<Record<string, unknown>> {
  const counts = objectAt(parsedObject(text) ?? {}, 'counts');
  if ('seen' in counts) return counts;
  throw new Error(`The run printed another result than it should have: ${text}`);
}

function requireCounts(counts: Readonly<Record<string, unknown>>, expected: ExpectedCounts): void {
  const wrong = COUNTS.filter((name) => counts[name] !== (expected[name] ?? 0));
  if (wrong.length === 0) return;
  const differences = wrong.map(
    (name) => `${name} ${String(counts[name])} instead of ${expected[name] ?? 0}`,
  );
  throw new Error(`The run did something else than it should have: ${differences.join(', ')}.`);
}
