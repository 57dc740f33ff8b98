import type { SyncCounts } from '../../apps/sync-result.ts';
import type { SyncPorts } from '../../apps/sync/ports.ts';
import type { Observer } from '../../pipeline/ports/job.ts';

/** Shows the counts of a sync, which come per collection, as those of one run. */
export function progressOf(observer: Observer): SyncPorts['progress'] {
  const byCollection = new Map<string, SyncCounts>();
  return (collectionKey, counts) => {
    byCollection.set(collectionKey, counts);
    let [seen, unchanged, added, changed, quarantined] = [0, 0, 0, 0, 0];
    for (const one of byCollection.values()) {
      seen += one.created + one.updated + one.unchanged + one.errors;
      unchanged += one.unchanged;
      added += one.created;
      changed += one.updated;
      quarantined += one.errors;
    }
    observer.rows({ seen, unchanged, added, changed, quarantined });
  };
}
