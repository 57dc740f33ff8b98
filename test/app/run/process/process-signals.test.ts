import { describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { withSignals } from '../../../../src/app/run/process/process-signals.ts';

class FakeProcess extends EventEmitter {
  readonly exits: number[] = [];
  exit(status: number): void {
    this.exits.push(status);
    this.emit('exited');
  }
}

function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => {
      reject(signal.reason as Error);
    });
  });
}

/** Work that ends only when the test says so. */
function endless() {
  let finish: () => void = () => undefined;
  const promise = new Promise<void>((resolve) => {
    finish = resolve;
  });
  return { promise, finish };
}

describe('work that signals interrupt', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ])('is aborted by %s, with status %d', async (name, exit) => {
    const process = new FakeProcess();
    const done = withSignals(untilAborted, { process });
    process.emit(name, name);
    await expect(done).rejects.toMatchObject({ code: 'INTERRUPTED', message: `Stopped by ${name}.`, exit });
    expect(process.exits).toEqual([]);
  });

  it('gives its result back, and leaves signals as they were', async () => {
    const process = new FakeProcess();
    expect(await withSignals(() => Promise.resolve('result'), { process })).toBe('result');
    await expect(withSignals(() => Promise.reject(new Error('own')), { process })).rejects.toThrow('own');
    expect(process.eventNames()).toEqual([]);
  });

  it('may still end well after a signal', async () => {
    const process = new FakeProcess();
    const done = withSignals((signal) => once(signal, 'abort').then(() => 'committed already'), { process });
    process.emit('SIGTERM', 'SIGTERM');
    expect(await done).toBe('committed already');
    expect(process.eventNames()).toEqual([]);
  });

  it('is abandoned at a second signal, with the status of the first', async () => {
    const process = new FakeProcess();
    const { promise, finish } = endless();
    const done = withSignals(() => promise, { process, repeatMs: 0 });
    process.emit('SIGINT', 'SIGINT');
    expect(process.exits).toEqual([]);
    process.emit('SIGTERM', 'SIGTERM');
    expect(process.exits).toEqual([130]);
    finish();
    await done;
  });

  it('is not abandoned when one Ctrl-C arrives twice, from the process group and from npm', async () => {
    const process = new FakeProcess();
    const { promise, finish } = endless();
    const done = withSignals(() => promise, { process, repeatMs: 60_000 });
    process.emit('SIGINT', 'SIGINT');
    process.emit('SIGINT', 'SIGINT');
    expect(process.exits).toEqual([]);
    finish();
    await done;
  });

  it('is abandoned when it takes too long to stop, and only then', async () => {
    const process = new FakeProcess();
    const { promise, finish } = endless();
    const done = withSignals(() => promise, { process, shutdownSeconds: 0 });
    process.emit('SIGTERM', 'SIGTERM');
    await once(process, 'exited');
    expect(process.exits).toEqual([143]);
    finish();
    await done;
  });
});

describe('a real process', () => {
  const child = fileURLToPath(new URL('../../../support/processes/signals-child.ts', import.meta.url));

  async function interrupt(
    how: string,
    shutdownSeconds: number,
    signals: NodeJS.Signals[],
  ): Promise<unknown> {
    const running = spawn(process.execPath, ['--import', 'tsx', child, how, String(shutdownSeconds)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const exited = once(running, 'exit');
    for (const signal of signals) {
      // It says something when it is ready, and again when it has seen the first signal.
      await once(running.stdout, 'data');
      running.kill(signal);
    }
    return await exited;
  }

  it.each([
    ['ends by itself after SIGINT', 'polite', 60, ['SIGINT'], 130],
    ['ends by itself after SIGTERM', 'polite', 60, ['SIGTERM'], 143],
    ['ends at a second signal although it is stuck', 'stuck', 60, ['SIGINT', 'SIGINT'], 130],
    ['ends after its time although it is stuck', 'stuck', 0.05, ['SIGTERM'], 143],
  ] as const)('%s', async (_, how, shutdownSeconds, signals, status) => {
    expect(await interrupt(how, shutdownSeconds, [...signals])).toEqual([status, null]);
  });
});
