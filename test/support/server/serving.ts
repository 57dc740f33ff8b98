import { eventually } from '../eventually.ts';
import { startCli, type CliOptions } from '../processes/run-cli.ts';

/** `serve` as a process of its own, on a free port of the loopback. */
export async function startServe(options: CliOptions & { readonly args?: readonly string[] }) {
  const child = startCli(['serve', '--port', '0', ...(options.args ?? [])], options);
  let printed = '';
  let logged = '';
  child.stdout.on('data', (piece: Buffer) => {
    printed += piece.toString();
  });
  child.stderr.on('data', (piece: Buffer) => {
    logged += piece.toString();
  });
  let url = '';
  await eventually('serve listens', () => {
    if (child.exitCode !== null) throw new Error(`serve ended with ${child.exitCode}:\n${logged}`);
    url = /Listening on (http:\S+)/.exec(printed)?.[1] ?? '';
    return url !== '';
  });
  return {
    url,
    child,
    /** What it has on stderr by now. */
    logs: () => logged,
    request: (path: string, init?: RequestInit) => fetch(`${url}${path}`, init),
    /** Sends the signal and waits for the end. */
    async stop(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM') {
      child.kill(signal);
      return child;
    },
  };
}
