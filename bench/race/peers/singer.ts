import { execa } from 'execa';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Entry, Installation } from '../entry.ts';

const TAP: Installation = { name: 'tap-postgres', packages: ['meltanolabs-tap-postgres==0.10.0'] };
const TARGET: Installation = { name: 'target-jsonl', packages: ['target-jsonl==0.1.4'] };
const STREAM = 'public-employees';

/** The last line that the target prints is the state for the next run. */
const PIPE = `state=''; [ -s state.json ] && state='--state state.json'
"$1" --config tap.json --catalog catalog.json $state | "$2" --config target.json > states.txt || exit 1
tail -n 1 states.txt > state.json`;

interface Catalog {
  readonly streams: readonly (Record<string, unknown> & {
    readonly tap_stream_id: string;
    readonly metadata: readonly { readonly breadcrumb: readonly string[]; readonly metadata: object }[];
  })[];
}

export const SINGER_ENTRIES: readonly Entry[] = [
  {
    ...{ key: 'tap', title: 'tap-postgres 0.10, target-jsonl 0.1.4, key', needs: [TAP, TARGET] },
    ...{ deletes: 'no', diff: 'cursor only', readers: 'no', output: 'out' },
    async prepare({ tool, folder, sourceUrl }) {
      const url = sourceUrl.replace(/^postgres:/, 'postgresql+psycopg2:');
      await mkdir(join(folder, 'out'));
      const write = (name: string, value: unknown) => writeFile(join(folder, name), JSON.stringify(value));
      await write('tap.json', { sqlalchemy_url: url, filter_schemas: ['public'] });
      await write('target.json', { destination_path: join(folder, 'out'), do_timestamp_file: false });
      const tap = join(tool(TAP), 'bin', 'tap-postgres');
      const { stdout } = await execa(tap, ['--config', 'tap.json', '--discover'], { cwd: folder });
      const { streams } = JSON.parse(stdout) as Catalog;
      await write('catalog.json', { streams: streams.filter(isOurs).map(byKey) });
    },
    command: ({ tool }) => ({
      file: '/bin/sh',
      args: [
        '-c',
        PIPE,
        'sh',
        join(tool(TAP), 'bin', 'tap-postgres'),
        join(tool(TARGET), 'bin', 'target-jsonl'),
      ],
    }),
  },
];

type Stream = Catalog['streams'][number];
const isOurs = (stream: Stream): boolean => stream.tap_stream_id === STREAM;

function byKey(stream: Stream): Stream {
  const replication = { 'replication-method': 'INCREMENTAL', 'replication-key': 'updated_at' };
  const metadata = stream.metadata.map((one) => ({
    ...one,
    metadata: { ...one.metadata, selected: true, ...(one.breadcrumb.length === 0 ? replication : {}) },
  }));
  return { ...stream, replication_method: 'INCREMENTAL', replication_key: 'updated_at', metadata };
}
