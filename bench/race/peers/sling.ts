import { join } from 'node:path';
import type { Entry, Installation } from '../entry.ts';

/** The package `sling` downloads its program from elsewhere at the first use; this one has it in the wheel. */
const SLING: Installation = { name: 'sling', packages: ['sling-linux-amd64==1.4.11'] };
const PROGRAM = 'lib/python3.11/site-packages/sling_linux_amd64/bin/sling-linux-amd64';
const READERS = 'no';
const TABLE = 'public.employees';
const plain = (url: string) => `${url}?sslmode=disable`;

export const SLING_ENTRIES: readonly Entry[] = [
  {
    ...{ key: 'sling', title: 'sling 1.4.11 to JSONL', needs: [SLING] },
    ...{ deletes: 'no', diff: 'no, all again', output: 'employees.jsonl' },
    readers: 'no, arrays as text',
    command: ({ tool, sourceUrl, folder }) => ({
      file: join(tool(SLING), PROGRAM),
      args: [
        ...['run', '--src-conn', plain(sourceUrl), '--src-stream', TABLE],
        ...['--tgt-object', `file://${folder}/employees.jsonl`],
      ],
    }),
  },
  {
    ...{ key: 'sling-upsert', title: 'sling 1.4.11, upsert into Postgres', needs: [SLING], readers: READERS },
    ...{ deletes: 'no (paid token)', diff: 'cursor only' },
    command: ({ tool, sourceUrl }) => ({
      file: join(tool(SLING), PROGRAM),
      args: [
        ...['run', '--src-conn', plain(sourceUrl), '--src-stream', TABLE],
        ...['--tgt-conn', plain(sourceUrl), '--tgt-object', 'race_sling.employees'],
        ...['--mode', 'incremental', '--primary-key', 'employee_id', '--update-key', 'updated_at'],
      ],
    }),
  },
];
