import { parentPort, workerData } from 'node:worker_threads';
import { checkFileUnderPolicy, type PolicyPlace } from './policy.ts';

/** The data that `ConnectorChecker` passes to this thread. */
export type WorkerPlace = PolicyPlace;

/** A file, or a text that is checked in place of its content. */
export interface CheckWork {
  readonly file: string;
  readonly text: string | undefined;
}

/** Checks one connector file after another in this thread, so that a slow file does not block a server. */
function serve(place: WorkerPlace): void {
  parentPort?.on('message', ({ file, text }: CheckWork) => {
    void checkFileUnderPolicy(file, place, text).then((checked) => {
      parentPort?.postMessage(checked);
    });
  });
  // A thread takes longer to start than most files take to check, so the time limit of a file begins here.
  parentPort?.postMessage('ready');
}

serve(workerData as WorkerPlace);
