import { fileStore } from '../../../src/artifacts/file/store.ts';
import { silentLogger } from '../../../src/core/log.ts';
import { discoveryRecords } from '../../../src/gemini/records.ts';
import type { Ports } from '../../../src/pipeline/ports/job.ts';
import { ALWAYS_HELD } from '../pipeline/always-held.ts';

/** The ports of a run whose artifacts go below a folder. */
export function portsOf(given: Pick<Ports, 'source' | 'state' | 'destination'>, folder: string): Ports {
  return {
    ...given,
    store: fileStore(folder, '/', ALWAYS_HELD),
    records: discoveryRecords({ contentConfig: 'CONTENT_REQUIRED' }),
    clock: { now: () => new Date(), elapsedMs: () => 0 },
    log: silentLogger,
    observer: { phase: () => undefined, rows: () => undefined },
    owner: { host: 'here', pid: process.pid },
  };
}
