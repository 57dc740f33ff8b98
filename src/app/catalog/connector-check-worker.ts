import { parentPort, workerData } from 'node:worker_threads';
import { checkFileUnderPolicy, type PolicyPlace } from './policy.ts';

/** What `ConnectorChecker` gives this thread. */
export type WorkerPlace = PolicyPlace;

/** A thread that checks one connector file after another, so that a file that takes long keeps no server waiting. */
function serve(place: WorkerPlace): void {
  parentPort?.on('message', (file: string) => {
    void checkFileUnderPolicy(file, place).then((checked) => {
      parentPort?.postMessage(checked);
    });
  });
  // A thread takes longer to start than most files to check, so the time of a file begins here.
  parentPort?.postMessage('ready');
}

serve(workerData as WorkerPlace);
