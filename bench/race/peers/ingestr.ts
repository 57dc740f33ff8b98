import { join } from 'node:path';
import type { Entry, Installation, RacePlace } from '../entry.ts';

/** The last version whose wheel has the program; the wheels of 1.x download it at the first use. */
const INGESTR: Installation = { name: 'ingestr', packages: ['ingestr==0.15.9'] };
const READERS = 'no, arrays are null in JSONL';

const source = (url: string) => `${url.replace(/^postgres:/, 'postgresql:')}?sslmode=disable`;

function command({ tool, sourceUrl }: RacePlace, target: string, table: string, more: readonly string[]) {
  return {
    file: join(tool(INGESTR), 'bin', 'ingestr'),
    args: [
      ...['ingest', '--yes', '--progress', 'log'],
      ...['--source-uri', source(sourceUrl), '--source-table', 'public.employees'],
      ...['--dest-uri', target, '--dest-table', table, ...more],
    ],
  };
}

const SHARED = { needs: [INGESTR], readers: READERS };

export const INGESTR_ENTRIES: readonly Entry[] = [
  {
    ...{ ...SHARED, key: 'ingestr', title: 'ingestr 0.15.9 to JSONL', deletes: 'no', diff: 'no, all again' },
    output: 'employees.jsonl',
    command: (place) => command(place, `jsonl://${place.folder}/employees.jsonl`, 'employees', []),
  },
  {
    ...{ ...SHARED, key: 'ingestr-interval', title: 'ingestr 0.15.9, --interval-start', deletes: 'no' },
    ...{ diff: 'the caller keeps the cursor', output: 'employees.jsonl' },
    command: (place) =>
      command(
        place,
        `jsonl://${place.folder}/employees.jsonl`,
        'employees',
        place.watermark === undefined
          ? []
          : [
              ...['--incremental-strategy', 'append', '--incremental-key', 'updated_at'],
              ...['--interval-start', place.watermark],
            ],
      ),
  },
  {
    ...{ ...SHARED, key: 'ingestr-scd2', title: 'ingestr 0.15.9, scd2 into Postgres', deletes: 'yes' },
    ...{ diff: 'yes, in the target', readers: 'no' },
    command: (place) =>
      command(place, source(place.sourceUrl), 'race_ingestr.employees', [
        ...['--incremental-strategy', 'scd2', '--primary-key', 'employee_id'],
      ]),
  },
];
