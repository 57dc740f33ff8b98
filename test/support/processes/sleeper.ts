import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** A real process that does nothing until it is killed. */
export async function startSleeper(): Promise<{ pid: number; kill(): Promise<void> }> {
  const child: ChildProcess = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], {
    stdio: 'ignore',
  });
  await once(child, 'spawn');
  const { pid } = child;
  if (pid === undefined) throw new Error('The process did not start.');
  return {
    pid,
    async kill() {
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    },
  };
}
