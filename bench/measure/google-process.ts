/**
 * The stand-ins of Cloud Storage and Discovery Engine as a process of their own, so that their work is not in the figures of
 * the program. Told `stop`, it ends; told anything else, it answers how much of its time imports and purges took since it was
 * last asked, in seconds.
 */
import { loadConnector } from '../../src/definitions/connector/load.ts';
import { startGoogleStandIn } from '../../test/stand-ins/google.ts';

const { spec } = await loadConnector(process.argv[2] ?? '');
const { projectId: project, location, dataStoreId: id } = spec.gemini;

/** When each request that is being carried out came, in milliseconds. */
const since = new WeakMap<object, number>();
let workedMs = 0;
let operations = 0;

const google = await startGoogleStandIn({
  buckets: [new URL(spec.output.bucket).host],
  dataStores: [{ project, location, id, aclEnabled: true, contentConfig: 'CONTENT_REQUIRED' }],
  synchronous: true,
  keepContent: false,
  checkDocuments: false,
  watch: (request, moment) => {
    if (!/documents:(import|purge)$/.test(request.path)) return Promise.resolve();
    if (moment === 'received') since.set(request, performance.now());
    else {
      workedMs += performance.now() - (since.get(request) ?? performance.now());
      operations++;
    }
    return Promise.resolve();
  },
});

process.on('message', (message) => {
  if (message === 'stop') {
    void google.close().then(() => {
      process.disconnect();
    });
    return;
  }
  process.send?.({ workedSeconds: workedMs / 1_000, operations });
  workedMs = 0;
  operations = 0;
});
process.send?.(google.env);
