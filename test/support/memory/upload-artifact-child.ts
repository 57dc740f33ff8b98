/**
 * Writes an artifact of many bytes to a bucket in a process of its own, `<endpoint> <bucket> <megabytes>`, and reads it
 * back. Prints as JSON how many bytes were read, and by how many MiB the process grew. It ends by itself, if nothing is
 * left open.
 */
import { gcsStore } from '../../../src/artifacts/gcs/store.ts';

const [endpoint = '', bucket = '', megabytes = ''] = process.argv.slice(2);
const MIB = 1_048_576;
const store = gcsStore(`gs://${bucket}`, {
  gcsEndpoint: { url: endpoint, loopback: true },
  retry: { retries: 0, backoffSeconds: 0 },
  leases: { requireHeld: () => Promise.resolve() },
});
await store.replace('warm', Buffer.from('up'));
const before = process.memoryUsage().rss;
let most = before;
const look = () => {
  most = Math.max(most, process.memoryUsage().rss);
};

const writer = await store.create('large');
const chunk = Buffer.alloc(1_000_000, 'a line of some length\n');
for (let written = 0; written < Number(megabytes); written++) {
  await writer.write(chunk);
  look();
}
await writer.finish();
let read = 0;
for await (const piece of await store.open('large')) {
  read += piece.byteLength;
  look();
}
process.stdout.write(JSON.stringify({ read, grownMib: Math.round((most - before) / MIB) }));
