import { readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { writeOldFile } from '../../support/files/file-source.ts';
import { runCli } from '../../support/processes/run-cli.ts';
import { runHere } from '../../support/processes/run-here.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';
import type { RunObject } from '../../support/files/workplace.ts';

const folders = temporaryFolders();
let cwd = '';
beforeEach(() => {
  cwd = folders.make();
});
afterAll(() => {
  folders.removeAll();
});

/** Writes the connector, as JSON, which is YAML. */
function connect(
  source: Readonly<Record<string, unknown>>,
  mapping: Readonly<Record<string, unknown>> = {},
): void {
  const connector = {
    apiVersion: 'sync.gemini.io/v1alpha1',
    kind: 'Connector',
    metadata: { name: 'staff' },
    spec: {
      mode: 'file_pull',
      source: { type: 'file', path: join(cwd, 'exports'), glob: '*.csv', format: 'csv', ...source },
      mapping: { idField: 'id', titleField: 'name', contentTemplate: '{{ team }}', ...mapping },
      output: { bucket: 'gs://company-gemini-sync', prefix: 'staff', format: 'ndjson' },
      gemini: { projectId: 'my-project', location: 'global', dataStoreId: 'staff' },
      reconciliation: { deletePolicy: 'auto_delete_missing' },
    },
  };
  writeFileSync(join(cwd, 'staff.yaml'), JSON.stringify(connector));
}

async function run(runIt: typeof runHere = runHere) {
  const command = ['run', '--connector', 'staff.yaml', '--local', '--json'];
  const { exitCode, stdout, stderr } = await runIt(command, { cwd });
  if (stdout === '') throw new Error(`Nothing on stdout, and on stderr:\n${stderr}`);
  return { exitCode, result: JSON.parse(stdout) as RunObject };
}

function upserts({ artifacts }: RunObject): Record<string, unknown>[] {
  const lines = readFileSync(join(fileURLToPath(artifacts ?? ''), 'upserts.ndjson'), 'utf8')
    .trimEnd()
    .split('\n');
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

const write = (name: string, text: string | Buffer) => {
  writeOldFile(join(cwd, 'exports'), name, text);
};
const people = (...ids: number[]) =>
  `id,name,team\n${ids.map((id) => `${id},Person ${id},Sales\n`).join('')}`;

describe('a run over files', () => {
  test('sends what is new, then what changed and what is gone', async () => {
    connect({ path: 'exports' });
    write('a.csv', people(1, 2));
    write('b.csv', people(3));
    const first = await run(runCli);
    expect(first.exitCode).toBe(0);
    expect(first.result.counts).toMatchObject({ seen: 3, added: 3 });
    write('a.csv', 'name,id,team\n"Person ""1""",1,Sales\r\n');
    write('c.csv', people(4));
    const second = await run(runCli);
    expect(second.exitCode).toBe(0);
    expect(second.result.counts).toMatchObject({ seen: 3, unchanged: 1, added: 1, changed: 1, deleted: 1 });
    expect(upserts(second.result).map(({ doc_id, title }) => [doc_id, title])).toEqual([
      ['staff:1', 'Person "1"'],
      ['staff:4', 'Person 4'],
    ]);
  });

  test('over NDJSON keeps numbers as they are', async () => {
    connect({ glob: '*.ndjson', format: 'ndjson' }, { metadataFields: ['pay'] });
    write('a.ndjson', '{"id":9007199254740993,"name":"Ann","team":"Sales","pay":12345678901234567890.10}\n');
    const { exitCode, result } = await run();
    expect(exitCode).toBe(0);
    expect(result.counts).toMatchObject({ added: 1, quarantined: 0 });
    const file = join(fileURLToPath(result.artifacts ?? ''), 'upserts.ndjson');
    expect(readFileSync(file, 'utf8')).toMatch(
      /"staff:9007199254740993".*"pay":12345678901234567890\.10[,}]/,
    );
  });

  test('makes one document of each file', async () => {
    connect(
      { glob: '**/*.md', documentPer: 'file', format: undefined },
      {
        idField: '_file',
        titleField: '_name',
        contentTemplate: '{{ content }}',
        metadataFields: ['modified_at'],
      },
    );
    write('hr/Leave.md', '# Leave\n');
    const { exitCode, result } = await run();
    expect(exitCode).toBe(0);
    expect(upserts(result)).toMatchObject([
      {
        doc_id: 'staff:hr/Leave.md',
        title: 'Leave',
        content: '# Leave\n',
        metadata: { modified_at: expect.stringMatching(/^2026-01-02T03:04:05/) },
      },
    ]);
  });

  test('takes no files for an empty listing, and holds the deletes', async () => {
    connect({});
    write('a.csv', people(1, 2));
    await run();
    rmSync(join(cwd, 'exports', 'a.csv'));
    const { exitCode, result } = await run();
    expect(exitCode).toBe(3);
    expect(result).toMatchObject({ status: 'HELD', counts: { seen: 0, deleted: 0, held: 2 } });
  });

  test.each<[string, () => void, number, string]>([
    [
      'a folder that is gone',
      () => {
        rmSync(join(cwd, 'exports'), { recursive: true });
      },
      78,
      'SOURCE_FOLDER_MISSING',
    ],
    [
      'a file that is cut off',
      () => {
        write('a.csv', people(1, 2).slice(0, -12));
      },
      65,
      'SOURCE_FILE_INVALID',
    ],
    [
      'a file in another encoding',
      () => {
        write('a.csv', Buffer.from('id,name,team\n1,J\xf6rg,x\n', 'latin1'));
      },
      65,
      'SOURCE_FILE_INVALID',
    ],
    [
      'a column that is gone',
      () => {
        write('a.csv', 'id,name\n1,Ann\n');
      },
      78,
      'SOURCE_COLUMN_MISSING',
    ],
  ])('fails for %s, and deletes nothing', async (_, change, exit, code) => {
    connect({});
    write('a.csv', people(1, 2));
    await run();
    change();
    const failed = await run();
    expect(failed.exitCode).toBe(exit);
    expect(failed.result.error).toMatchObject({ code, retryable: exit === 75 });
    write('a.csv', people(1, 2));
    const { result } = await run();
    expect(result.counts).toMatchObject({ seen: 2, unchanged: 2, deleted: 0 });
  });

  test('names file and line of every bad row, in the result, in quarantine.ndjson and for duplicate ids', async () => {
    connect({});
    write('2025.csv', people(1, 2));
    write('2026.csv', 'id,name,team\n3,Person 3,Sales\n\n,Nobody,Sales\n');
    const { exitCode, result } = await run();
    expect(exitCode).toBe(4);
    expect(result.samples?.['quarantined']).toEqual([
      '2026.csv, line 4 (row 4): ID_MISSING, its id is NULL, absent or empty',
    ]);
    const quarantine = readFileSync(join(fileURLToPath(result.artifacts ?? ''), 'quarantine.ndjson'), 'utf8');
    expect(JSON.parse(quarantine)).toMatchObject({ row: 4, file: '2026.csv', line: 4, code: 'ID_MISSING' });

    // Row 1 is known and unchanged, so its place is found by reading again.
    write('2027.csv', 'id,name,team\n9,Nine,Sales\n1,Again,Sales\n');
    expect((await run()).result).toMatchObject({
      error: {
        code: 'DUPLICATE_ID',
        message: 'Several rows have the same document id: staff:1 (in 2025.csv, line 2; 2027.csv, line 3).',
      },
    });
  });

  test('names the lines of NDJSON rows and of duplicate ids within one file', async () => {
    const source = { format: 'ndjson', glob: '*.ndjson' };
    connect(source);
    write('a.ndjson', '{"id":1,"name":"a","team":"x"}\n\n{"id":null,"name":"b","team":"x"}\n');
    expect((await run()).result.samples?.['quarantined']?.[0]).toMatch(
      /^a\.ndjson, line 3 \(row 2\): ID_MISSING/,
    );
    write('b.ndjson', '{"id":7,"name":"a","team":"x"}\n'.repeat(5));
    expect((await run()).result).toMatchObject({
      error: {
        message: expect.stringContaining('staff:7 (in b.ndjson, line 1; b.ndjson, line 2; b.ndjson, line 3)'),
      },
    });
  });

  test('asks to try again while a file is being written', async () => {
    connect({});
    write('a.csv', people(1, 2));
    const file = join(cwd, 'exports', 'a.csv');
    // All the time, so that it is just now whenever the run looks.
    const writing = setInterval(() => {
      utimesSync(file, new Date(), new Date());
    }, 50);
    // In a process of its own, or else nothing is written while it reads.
    const failed = await run(runCli);
    clearInterval(writing);
    expect(failed.exitCode).toBe(75);
    expect(failed.result.error).toMatchObject({ code: 'SOURCE_FILE_CHANGING', retryable: true });
  });
});
