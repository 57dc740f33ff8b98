import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const PROCESS = fileURLToPath(new URL('./google-process.ts', import.meta.url));

/** What the stand-ins did for one run. */
export interface GoogleWork {
  /** Time that imports and purges took in the stand-ins. In their place, Google takes minutes. */
  readonly workedSeconds: number;
  /** Imports and purges, those that only count included. */
  readonly operations: number;
}

/** Cloud Storage and Discovery Engine, in another process of this machine. */
export interface BenchGoogle {
  /** The variables that send a run there. */
  readonly env: Readonly<Record<string, string>>;
  /** What they have done since this was last asked. */
  work(): Promise<GoogleWork>;
  stop(): Promise<void>;
}

/** @param connector path of a connector file, whose bucket and data store they have */
export async function startGoogle(connector: string): Promise<BenchGoogle> {
  const child = fork(PROCESS, [connector], { execArgv: ['--import', 'tsx'] });
  const env = await answer<Readonly<Record<string, string>>>(child);
  return {
    env,
    async work() {
      child.send('work');
      return answer<GoogleWork>(child);
    },
    async stop() {
      child.send('stop');
      await once(child, 'exit');
    },
  };
}

/** The next message; of the shape that `google-process.ts` sends. */
async function answer<T>(child: ChildProcess): Promise<T> {
  const [message] = (await once(child, 'message')) as [T];
  return message;
}
