import type { SyncResult } from '../../apps/sync-result.ts';
import type { Observer } from '../../pipeline/ports/job.ts';
import type { RunSurroundings } from '../run/run-once.ts';
import type { AppPlace, AppSurroundings, AppSyncOptions } from './app-work.ts';

/** Syncs apps in this process. */
export interface SyncRunner {
  /**
   * @param signal interrupts the sync
   * @throws FailedSync, or BridgeError as `syncAppOnce` does
   */
  run(
    place: AppPlace,
    options: AppSyncOptions,
    signal: AbortSignal,
    observer?: Observer,
  ): Promise<SyncResult>;
  /** Removes the secrets that this process has read. */
  redact(text: string): string;
}

/** The environment of all syncs of a process; each has its own way to stop and to show its progress. */
export type SyncSurroundings = Omit<RunSurroundings, 'stop' | 'observer' | 'loaded'> & AppSurroundings;

const SILENT: Observer = {
  phase: () => undefined,
  rows: () => undefined,
};

export function openSyncRunner(surroundings: SyncSurroundings): SyncRunner {
  return {
    async run(place, options, signal, observer = SILENT) {
      // Few servers sync apps, so the others do not load the code.
      const { runOnce } = await import('../run/run-once.ts');
      const { appWork } = await import('./app-work.ts');
      const work = appWork(place, options, surroundings);
      const log = surroundings.log.child({ run: options.runId });
      const { result } = await runOnce(work, { ...surroundings, log, observer, stop: signal });
      return result.sync;
    },
    redact: (text) => surroundings.redactor.redact(text),
  };
}
