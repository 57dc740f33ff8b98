import { readdir, readFile } from 'node:fs/promises';
import { execa } from 'execa';

/** The command lines of all processes of this machine that contain `text`. */
export async function processesWith(text: string): Promise<string[]> {
  const all = process.platform === 'linux' ? await fromProc() : await fromPs();
  return all.filter((line) => line.includes(text));
}

/** The environments, as text, of the processes whose command lines contain one of these texts. */
export async function environmentsOf(texts: readonly string[]): Promise<string[]> {
  if (process.platform !== 'linux') {
    const { stdout } = await execa('ps', ['-A', '-E', '-o', 'command=']);
    return stdout.split('\n').filter((line) => texts.some((text) => line.includes(text)));
  }
  const found = (await linuxProcesses()).filter(({ command }) =>
    texts.some((text) => command.includes(text)),
  );
  const environments = found.map(({ pid }) => readFile(`/proc/${pid}/environ`, 'utf8').catch(() => ''));
  return (await Promise.all(environments)).filter((environment) => environment !== '');
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Not ours to signal, so it lives: as an ordinary user, nothing else of the test's can be meant.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** Whether a process was suspended by a signal. */
export async function isStopped(pid: number | undefined): Promise<boolean> {
  if (pid === undefined) return false;
  if (process.platform !== 'linux') {
    const { stdout } = await execa('ps', ['-o', 'stat=', '-p', String(pid)], { reject: false });
    return stdout.startsWith('T');
  }
  const status = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // After the command's name, which may have spaces and brackets.
  return status.slice(status.lastIndexOf(')') + 2).startsWith('T');
}

/** Small Linux images have no `ps`. */
async function linuxProcesses(): Promise<{ readonly pid: string; readonly command: string }[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  return Promise.all(
    pids.map(async (pid) => {
      // A process may end between listing and reading.
      const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
      return { pid, command: line.replaceAll('\0', ' ') };
    }),
  );
}

async function fromProc(): Promise<string[]> {
  return (await linuxProcesses()).map(({ command }) => command);
}

async function fromPs(): Promise<string[]> {
  const { stdout } = await execa('ps', ['-A', '-o', 'args=']);
  return stdout.split('\n');
}
