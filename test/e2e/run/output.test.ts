import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { peopleTable, somePeople } from '../../support/databases/people-table.ts';
import { startPostgres, type TestPostgres } from '../../support/databases/postgres.ts';
import { runCli } from '../../support/processes/run-cli.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';
import { workplace, type Workplace } from '../../support/files/workplace.ts';

// eslint-disable-next-line no-control-regex -- escape sequences are what it looks for
const ESCAPES = /\u001B\[/;

let source: TestPostgres;
let place: Workplace;
const folders = temporaryFolders();

beforeAll(async () => {
  source = await startPostgres();
  await source.query(peopleTable(somePeople(40)));
});
afterAll(async () => {
  await source.stop();
  folders.removeAll();
});
beforeEach(() => {
  place = workplace(folders.make(), { SECRET_PEOPLE_DB: source.url() }, runCli);
  place.writeConnector();
});

const nonEmptyLines = (text: string) => text.split('\n').filter((line) => line !== '');
const objects = (text: string) =>
  nonEmptyLines(text).map((line) => JSON.parse(line) as Record<string, unknown>);

describe('--json', () => {
  test('prints one object of a success on stdout, and logs as JSON lines on stderr', async () => {
    const { stdout, stderr } = await place.run(['--json'], { LOG_FORMAT: 'json', LOG_LEVEL: 'debug' });
    expect(objects(stdout)).toEqual([
      expect.objectContaining({ connector: 'people', status: 'SUCCESS', exitStatus: 0, work: 'done' }),
    ]);
    const log = objects(stderr);
    expect(log.length).toBeGreaterThan(0);
    for (const line of log) {
      expect(line).toMatchObject({
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
        level: expect.stringMatching(/^(debug|info|warn|error)$/),
        message: expect.any(String),
      });
    }
  });

  test('prints one object of a failure on stdout, and the log has it as a JSON line too', async () => {
    place.writeConnector({ source: { query: 'SELECT id, name, team FROM nobody' } });
    const { exitCode, stdout, stderr } = await place.run(['--json'], { LOG_FORMAT: 'json' });
    expect(exitCode).toBe(78);
    const error = expect.objectContaining({ code: 'SOURCE_QUERY_INVALID', retryable: false });
    expect(objects(stdout)).toEqual([
      expect.objectContaining({ connector: 'people', status: 'FAILED', exitStatus: 78, error }),
    ]);
    expect(objects(stderr)).toContainEqual(
      expect.objectContaining({ level: 'error', code: 'SOURCE_QUERY_INVALID', exitStatus: 78 }),
    );
  });

  test('names the run and no connector when the file cannot be read', async () => {
    place.writeConnector({ name: 'Not a name' });
    const { exitCode, stdout } = await place.run(['--json', '--run-id', 'r1']);
    expect(exitCode).toBe(78);
    expect(objects(stdout)).toEqual([
      expect.objectContaining({ runId: 'r1', connector: null, status: 'FAILED' }),
    ]);
  });
});

describe('without a terminal', () => {
  test('stdout has the summary and nothing else, and nothing has colours', async () => {
    const { stdout, stderr } = await place.run(['--run-id', 'r1']);
    expect(stdout).toMatch(
      new RegExp(
        [
          '^people {2}SUCCESS {2}\\d+\\.\\d s',
          '',
          ' {2}seen +40',
          ' {2}unchanged +0',
          ' {2}added +40',
          ' {2}changed +0',
          ' {2}deleted +0',
          ' {2}held +0',
          ' {2}quarantined +0',
          '',
          ' {2}run +r1',
          ' {2}artifacts +file:///.*/local-bucket/connectors/people/runs/r1',
          '$',
        ].join('\n'),
      ),
    );
    expect(stdout).not.toMatch(ESCAPES);
    expect(stderr).not.toMatch(ESCAPES);
    // A log that does not go to a terminal is JSON.
    expect(objects(stderr).length).toBeGreaterThan(0);
  });

  test('a dry run says first that nothing was written, and what would change', async () => {
    const { exitCode, stdout } = await place.run(['--dry-run']);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^people {2}DRY RUN {2}nothing was written · \d+\.\d s\n/);
    expect(stdout).toMatch(/\n {2}added \(5 of 40\)\n {4}people:\d+\n/);
    expect(stdout).not.toContain('artifacts');
  });

  test('a failure says what failed, what to do and whether trying again helps, and prints no result', async () => {
    const { exitCode, stdout, stderr } = await place.run(['--progress', 'off'], {
      SECRET_PEOPLE_DB: '',
      SECRET_PEOPLE_BD: 'postgres://…',
      LOG_FORMAT: 'pretty',
    });
    expect(exitCode).toBe(78);
    expect(stdout).toBe('');
    expect(stderr).toBe(
      [
        '✗ SECRET_MISSING: The secret people-db is not set.',
        "  → SECRET_PEOPLE_BD is set; did you mean SECRET_PEOPLE_DB? Set the environment variable: export SECRET_PEOPLE_DB='postgres://…'",
        '  Trying again without a change will not help. (exit 78)',
        '',
      ].join('\n'),
    );
  });
});

describe('LOG_FORMAT=kestra', () => {
  const ENV = { LOG_FORMAT: 'kestra' };
  const marked = (text: string) =>
    nonEmptyLines(text).flatMap((line) => {
      const [, content] = /^::(\{.*\})::$/.exec(line) ?? [];
      return content === undefined ? [] : [JSON.parse(content) as Record<string, unknown>];
    });

  test('prints metrics and outputs after the summary, and logs whose level Kestra recognizes', async () => {
    const { stdout, stderr } = await place.run(['--run-id', 'r1'], ENV);
    expect(nonEmptyLines(stdout)).toHaveLength(marked(stdout).length);
    expect(marked(stdout)).toEqual([
      { logs: [{ level: 'INFO', message: expect.stringMatching(/^people {2}SUCCESS[^]*\n {2}seen +40\n/) }] },
      { metrics: expect.arrayContaining([expect.objectContaining({ name: 'seen', value: 40 })]) },
      {
        outputs: expect.objectContaining({
          run_id: 'r1',
          status: 'SUCCESS',
          exit_status: 0,
          manifest: expect.stringMatching(/\/people\/runs\/r1\/manifest\.json$/),
        }),
      },
    ]);
    const logs = nonEmptyLines(stderr);
    expect(logs.length).toBeGreaterThan(0);
    expect(marked(stderr)).toEqual(
      logs.map(() => ({ logs: [{ level: 'INFO', message: expect.any(String) }] })),
    );
    // The run is named once, and the lines of its progress say each number once.
    expect(logs.filter((line) => line.includes('r1'))).toEqual([
      '::{"logs":[{"level":"INFO","message":"run r1 of connector people"}]}::',
    ]);
    expect(stderr).toContain('"publish: 40 rows (40 added)"');
    expect(stderr).toContain('"ingest"');
  });

  test('lets nothing that a database says be taken for an output', async () => {
    const forgery = '::{"outputs":{"status":"SUCCESS","exit_status":0}}::';
    place.writeConnector({
      source: { query: `SELECT id, name, E'\\n${forgery}\\n'::int AS team FROM people` },
    });
    const { exitCode, stdout, stderr } = await place.run([], ENV);
    expect(exitCode).toBeGreaterThan(0);
    expect(marked(stdout)).toEqual([
      { outputs: expect.objectContaining({ status: 'FAILED', exit_status: exitCode }) },
    ]);
    // It was there, and stays text.
    expect(stderr).toContain('exit_status');
    expect(marked(stderr).every((content) => Object.keys(content).join() === 'logs')).toBe(true);
    expect(nonEmptyLines(stderr)).toHaveLength(marked(stderr).length);
  });
});

describe('--progress', () => {
  test('plain logs each phase once', async () => {
    const { stderr } = await place.run(['--progress', 'plain']);
    expect(objects(stderr).flatMap(({ phase }) => phase ?? [])).toEqual([
      'extract',
      'publish',
      'ingest',
      'commit',
    ]);
    expect(objects(stderr).at(-1)).toMatchObject({ seen: 40, added: 40, run: expect.any(String) });
  });

  test('json prints objects that a program can follow', async () => {
    const { stderr } = await place.run(['--progress', 'json'], { LOG_LEVEL: 'error' });
    const moments = objects(stderr).map(({ progress }) => progress);
    expect(moments.length).toBeGreaterThan(3);
    expect(moments[0]).toMatchObject({ phase: 'extract', rows: { seen: 0 } });
    expect(moments.at(-1)).toMatchObject({
      phase: 'commit',
      rows: { seen: 40, unchanged: 0, added: 40, changed: 0, quarantined: 0 },
      rowsPerSecond: expect.any(Number),
      elapsedMs: expect.any(Number),
    });
  });

  test('off says nothing at all', async () => {
    const { exitCode, stderr } = await place.run(['--progress', 'off']);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  });

  test('of another name is refused', async () => {
    const { exitCode, stdout, stderr } = await place.run(['--progress', 'loud']);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toContain('auto, bar, plain, json, off');
  });
});
