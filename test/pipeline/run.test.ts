import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileStore } from '../../src/artifacts/file/store.ts';
import { BridgeError } from '../../src/core/errors.ts';
import { silentLogger } from '../../src/core/log.ts';
import { discoveryRecords } from '../../src/gemini/records.ts';
import type { Job, Ports } from '../../src/pipeline/ports/job.ts';
import type { DeliveryJournal, Destination, Receipt } from '../../src/pipeline/ports/delivery-port.ts';
import type { Manifest, Source } from '../../src/pipeline/ports/ports.ts';
import { runConnector } from '../../src/pipeline/run.ts';
import type { State } from '../../src/pipeline/ports/state-port.ts';
import { openState } from '../../src/state/run/open-state.ts';
import { ALWAYS_HELD } from '../support/pipeline/always-held.ts';
import { jobOf } from '../support/pipeline/planning.ts';
import { rowsSource } from '../support/pipeline/rows-source.ts';
import { temporaryFolders } from '../support/files/temporary-folder.ts';

const COLUMNS = [
  { name: 'id', kind: 'integer' },
  { name: 'title', kind: 'text' },
] as const;
const ALL: Receipt = { upserts: 0, deletes: 0, rejected: 0 };
const never = new AbortController().signal;

type Answer = (journal: DeliveryJournal) => Promise<Receipt>;

/** A destination that answers as told, one answer after the other, and then accepts everything. */
class Answers implements Destination {
  readonly delivered: string[] = [];
  readonly #answers: Answer[];

  constructor(...answers: Answer[]) {
    this.#answers = answers;
  }

  deliver: Destination['deliver'] = (manifest, _store, journal) => {
    this.delivered.push(manifest.runId);
    return this.#answers.shift()?.(journal) ?? Promise.resolve(ALL);
  };
}

const unavailable = () => Promise.reject(new BridgeError('SOURCE_UNREACHABLE', 'the index is away'));
const refuses = () =>
  Promise.reject(new BridgeError('SOURCE_REFUSED', 'the index says no', { hint: 'Ask it.' }));

const folders = temporaryFolders();
let folder: string;
let state: State;

beforeEach(async () => {
  folder = folders.make();
  state = await openState({ file: join(folder, 'state.db'), readOnly: false });
});

afterEach(async () => {
  await state.close();
  folders.removeAll();
});

function ports(rows: readonly (readonly [string, string])[], changes: Partial<Ports> = {}): Ports {
  return {
    source: rowsSource({ columns: COLUMNS, rows }),
    state,
    store: fileStore(join(folder, 'bucket'), '/', ALWAYS_HELD),
    destination: new Answers(),
    records: discoveryRecords({ contentConfig: 'CONTENT_REQUIRED' }),
    clock: { now: () => new Date(), elapsedMs: () => 0 },
    log: silentLogger,
    observer: { phase: () => undefined, rows: () => undefined },
    owner: { host: 'here', pid: process.pid },
    ...changes,
  };
}

function run(runId: string, given: Ports, job: Partial<Job> = {}, signal = never) {
  return runConnector(jobOf({ runId, ...job }), given, signal);
}

const TWO = [
  ['1', 'one'],
  ['2', 'two'],
] as const;
const THREE = [...TWO, ['3', 'three']] as const;

async function runsInBucket(): Promise<string[]> {
  return (await readdir(join(folder, 'bucket', 'connectors', 'hr', 'runs'))).sort();
}

describe('the progress that a run reports', () => {
  test('is how many to expect, once there was a run into the same place, and how many there were', async () => {
    const told: (readonly [string, number])[] = [];
    const observer = {
      phase: () => undefined,
      expected: (rows: number) => told.push(['expected', rows]),
      rows: ({ seen }: { readonly seen: number }) => told.push(['seen', seen]),
    };
    await run('R1', ports(TWO, { observer }));
    expect(told.splice(0)).toEqual([['seen', 2]]);
    await run('R2', ports(THREE, { observer }));
    expect(told.splice(0)).toEqual([
      ['expected', 2],
      ['seen', 3],
    ]);
    await run('R3', ports(THREE, { observer }), { target: 'elsewhere' });
    expect(told.splice(0)).toEqual([['seen', 3]]);
  });

  test('is told to the heartbeat of its lease, from its first batch on', async () => {
    const asked: (number | undefined)[] = [];
    let seen: (() => number | undefined) | undefined;
    const watching: State = {
      ...state,
      lease: (connectorId, owner, rowsSeen) => {
        seen = rowsSeen;
        return state.lease(connectorId, owner, rowsSeen);
      },
      beginRun: (begun) => {
        asked.push(seen?.());
        return state.beginRun(begun);
      },
      published: (runId, publication) => {
        asked.push(seen?.());
        return state.published(runId, publication);
      },
    };
    await run('R1', ports(TWO, { state: watching }));
    expect(asked).toEqual([undefined, 2]);
  });

  test('is not what to expect where a run goes on from a checkpoint, or reads what changed', async () => {
    const expected = { phase: () => undefined, rows: () => undefined, expected: () => told.push('expected') };
    const told: string[] = [];
    const resumed = (changes: Partial<Source>): Source => ({ ...ports(TWO).source, ...changes });
    await run('R1', ports(TWO));
    const position: State['position'] = async (...args) => ({
      ...(await state.position(...args)),
      checkpoint: 'page-2',
    });
    const from = { state: { ...state, position }, observer: expected };
    await run('R2', ports(TWO, from));
    await run('R3', ports(TWO, { observer: expected, source: resumed({ listing: 'delta' }) }));
    expect(told).toEqual([]);
    await run('R4', ports(TWO, from), { full: true });
    expect(told).toEqual(['expected']);
  });
});

describe('a destination that fails', () => {
  test('for the moment leaves the run to the next one, which finishes it without reading the source again', async () => {
    await expect(run('R1', ports(TWO, { destination: new Answers(unavailable) }))).rejects.toMatchObject({
      code: 'SOURCE_UNREACHABLE',
    });
    expect(await state.findRun('R1')).toMatchObject({ status: 'FAILED', committedAt: null });

    const destination = new Answers();
    const next = await run('R2', ports(THREE, { destination }));
    expect(destination.delivered).toEqual(['R1', 'R2']);
    expect(next.counts).toMatchObject({ unchanged: 2, added: 1 });
  });

  test('again keeps newer changes waiting, for they must not overtake the older ones', async () => {
    await expect(run('R1', ports(TWO, { destination: new Answers(unavailable) }))).rejects.toThrow('away');
    const destination = new Answers(unavailable);
    await expect(run('R2', ports(THREE, { destination }))).rejects.toThrow('away');
    expect(destination.delivered).toEqual(['R1']);
    expect(await state.findRun('R2')).toBeUndefined();
  });

  test('for good makes the next run start afresh', async () => {
    await expect(run('R1', ports(TWO, { destination: new Answers(refuses) }))).rejects.toThrow('says no');
    expect(await state.findRun('R1')).toMatchObject({
      status: 'FAILED',
      error: { code: 'SOURCE_REFUSED', message: 'the index says no', hint: 'Ask it.' },
    });
    const next = await run('R2', ports(TWO));
    expect(next.counts).toMatchObject({ added: 2 });
  });

  test('for good at the second try gives the run up, and its changes are found again', async () => {
    await expect(run('R1', ports(TWO, { destination: new Answers(unavailable) }))).rejects.toThrow('away');
    const destination = new Answers(refuses);
    const next = await run('R2', ports(TWO, { destination }));
    expect(destination.delivered).toEqual(['R1', 'R2']);
    expect(next.counts).toMatchObject({ added: 2 });
    expect(await state.unfinishedRuns('hr')).toEqual([]);
  });
});

test('documents that the destination rejects stay out of the state and are sent again, alone', async () => {
  const refuseOne: Answer = async (journal) => {
    await journal.reject([{ docId: 'hr:2', reason: 'too odd', outcome: 'refused' }]);
    return { ...ALL, rejected: await journal.rejected() };
  };
  const first = await run('R1', ports(TWO, { destination: new Answers(refuseOne) }));
  expect(first).toMatchObject({ status: 'PARTIAL', counts: { added: 2, rejected: 1 } });
  const second = await run('R2', ports(TWO));
  expect(second).toMatchObject({
    status: 'SUCCESS',
    counts: { unchanged: 1, added: 1 },
    samples: { added: ['hr:2'] },
  });
});

test('nothing is sent when nothing changed', async () => {
  await run('R1', ports(TWO));
  const destination = new Answers();
  const second = await run('R2', ports(TWO, { destination }));
  expect(second).toMatchObject({ status: 'SUCCESS', counts: { unchanged: 2 } });
  expect(destination.delivered).toEqual([]);
});

test('a run id does its work once, and gives the same result again', async () => {
  const first = await run('R1', ports(TWO));
  const destination = new Answers();
  const again = await run('R1', ports(THREE, { destination }));
  expect(again).toMatchObject({
    work: 'repeated',
    status: first.status,
    counts: first.counts,
    samples: undefined,
  });
  expect(destination.delivered).toEqual([]);
});

test('a run id that was published and not committed is finished, and no more', async () => {
  await expect(run('R1', ports(TWO, { destination: new Answers(unavailable) }))).rejects.toThrow('away');
  const again = await run('R1', ports(THREE));
  expect(again).toMatchObject({ work: 'repeated', counts: { added: 2 } });
});

test('a run id whose run failed may be used again, for other data', async () => {
  await expect(run('R1', ports(TWO, { destination: new Answers(refuses) }))).rejects.toThrow('says no');
  const again = await run('R1', ports(THREE));
  expect(again).toMatchObject({ work: 'done', counts: { added: 3 } });
});

test('a run that fails in the middle leaves no artifact and says why in its row', async () => {
  const doubled = [...TWO, ['1', 'again']] as const;
  await expect(run('R1', ports(doubled))).rejects.toMatchObject({ code: 'DUPLICATE_ID' });
  expect(await state.findRun('R1')).toMatchObject({ status: 'FAILED', error: { code: 'DUPLICATE_ID' } });
  await run('R2', ports(TWO));
  expect(await runsInBucket()).toEqual(['R2']);
});

test('an unexpected error is reported as a bug with its own message', async () => {
  const destination = new Answers(() => Promise.reject(new TypeError('x is not a function')));
  await expect(run('R1', ports(TWO, { destination }))).rejects.toMatchObject({
    code: 'INTERNAL',
    message: 'x is not a function',
  });
});

test('a failure that cannot be recorded does not hide the failure itself', async () => {
  const warnings: string[] = [];
  const broken: State = { ...state, failRun: () => Promise.reject(new Error('no state')) };
  const log = { ...silentLogger, warn: (message: string) => warnings.push(message) };
  const given = ports(TWO, { state: broken, log, destination: new Answers(refuses) });
  await expect(run('R1', given)).rejects.toThrow('says no');
  expect(warnings).toEqual(['the failure of this run could not be recorded']);
});

test('a run whose lease was lost writes nothing more, not even its failure', async () => {
  let failures = 0;
  const lost = new BridgeError('LEASE_LOST', 'somebody took over');
  const overtaken: State = {
    ...state,
    commit: () => Promise.reject(lost),
    failRun: () => {
      failures += 1;
      return Promise.resolve();
    },
  };
  await expect(run('R1', ports(TWO, { state: overtaken }))).rejects.toBe(lost);
  expect(failures).toBe(0);
});

describe('a run that cannot point to its manifest after its commit', () => {
  const failing = (thrown: BridgeError): Partial<Ports> => {
    const store = fileStore(join(folder, 'bucket'), '/', ALWAYS_HELD);
    return { store: { ...store, replace: () => Promise.reject(thrown) } };
  };

  test('has succeeded when another run took over meanwhile, and leaves that to it', async () => {
    const warnings: string[] = [];
    const log = { ...silentLogger, warn: (message: string) => warnings.push(message) };
    const lost = new BridgeError('LEASE_LOST', 'somebody took over');
    const result = await run('R1', ports(TWO, { ...failing(lost), log }));
    expect(result).toMatchObject({ work: 'done', status: 'SUCCESS', counts: { added: 2 } });
    expect(warnings).toEqual(['latest/manifest.json is left to the run that took over']);
    expect(await state.findRun('R1')).toMatchObject({ status: 'SUCCESS' });
  });

  test('fails for any other reason, and the next one knows its documents and points there', async () => {
    const away = new BridgeError('ARTIFACT_WRITE_FAILED', 'the bucket is away');
    await expect(run('R1', ports(TWO, failing(away)))).rejects.toBe(away);
    expect((await run('R2', ports(TWO))).counts).toMatchObject({ unchanged: 2, added: 0 });
  });
});

test('a signal between two phases stops the run, and a published one is finished by the next', async () => {
  const controller = new AbortController();
  const stop = new BridgeError('INTERRUPTED', 'SIGTERM');
  const observer = {
    phase: (phase: string) => {
      if (phase === 'ingest') controller.abort(stop);
    },
    rows: () => undefined,
  };
  await expect(run('R1', ports(TWO, { observer }), {}, controller.signal)).rejects.toBe(stop);
  const destination = new Answers();
  await run('R2', ports(TWO, { destination }));
  expect(destination.delivered).toEqual(['R1']);
});

test('staging that fails stops the run before anything is sent', async () => {
  const full: State = { ...state, stage: () => Promise.reject(new BridgeError('STATE_FAILED', 'disk full')) };
  const destination = new Answers();
  await expect(run('R1', ports(TWO, { state: full, destination }))).rejects.toThrow('disk full');
  expect(destination.delivered).toEqual([]);
});

test('quarantined rows and held deletes appear in artifacts and counts, and HELD outranks PARTIAL', async () => {
  const many = Array.from({ length: 40 }, (_, index) => [String(index + 1), `row ${index}`] as const);
  await run('R1', ports(many));
  const rows = [...many.slice(0, 5), ['', 'no id']] as const;
  const held = await run('R2', ports(rows));
  expect(held).toMatchObject({
    status: 'HELD',
    counts: { unchanged: 5, held: 35, deleted: 0, quarantined: 1 },
  });
  expect(held.holdReason).toContain('35 deletes are more than 25');
  const artifact = (name: string) =>
    readFile(join(folder, 'bucket', 'connectors', 'hr', 'runs', 'R2', name), 'utf8');
  const listed = (await artifact('held.ndjson')).trimEnd().split('\n').sort();
  expect(listed).toEqual(
    many
      .slice(5)
      .map(([id]) => `{"doc_id":"hr:${id}"}`)
      .sort(),
  );
  expect(JSON.parse(await artifact('manifest.json'))).toMatchObject({
    files: expect.arrayContaining([expect.objectContaining({ kind: 'held', rows: 35 })]),
  });
  const lines = await artifact('quarantine.ndjson');
  expect(JSON.parse(lines)).toMatchObject({ row: 6, doc_id: null, code: 'ID_MISSING', fields: { id: '' } });
  const released = await run('R3', ports(many.slice(0, 5)), { allowDeletes: 35 });
  expect(released).toMatchObject({ status: 'SUCCESS', counts: { deleted: 35 } });
});

describe('a listing that is not complete', () => {
  const cut = (rows: readonly (readonly [string, string])[], changes: Partial<Ports> = {}) =>
    ports(rows, { source: rowsSource({ columns: COLUMNS, rows, truncated: true }), ...changes });
  const partial = { status: 'PARTIAL', remarks: { truncated: true }, holdReason: null };

  test('makes the run partial, also a planned, an unsent, and a repeated one, though nothing is missing', async () => {
    expect(await run('R1', cut(TWO), { dryRun: true })).toMatchObject(partial);
    expect(await run('R1', cut(TWO), { sends: false })).toMatchObject({ ...partial, work: 'written' });
    expect(await run('R1', cut(TWO))).toMatchObject({ ...partial, work: 'done' });
    expect(await run('R1', ports(TWO))).toMatchObject({ ...partial, work: 'repeated' });
    expect(await run('R2', ports(TWO))).toMatchObject({ status: 'SUCCESS', remarks: {} });
  });

  test('makes a run partial that a later one finishes', async () => {
    const given = cut(TWO, { destination: new Answers(unavailable) });
    await expect(run('R1', given)).rejects.toThrow('away');
    await run('R2', ports(TWO));
    expect(await state.findRun('R1')).toMatchObject({ status: 'PARTIAL' });
    expect(await run('R1', ports(TWO))).toMatchObject({ ...partial, work: 'repeated' });
  });

  test('leaves a held run held', async () => {
    await run('R1', ports(TWO));
    expect(await run('R2', cut([TWO[0]]))).toMatchObject({
      status: 'HELD',
      remarks: { truncated: true },
      holdReason: 'the listing of the source was not complete',
    });
  });

  test('is no longer reported once the artifacts of its run were removed', async () => {
    await run('R1', cut(TWO));
    await fileStore(join(folder, 'bucket'), '/', ALWAYS_HELD).clear('connectors/hr/runs/R1/');
    expect(await run('R1', ports(TWO))).toMatchObject({ work: 'repeated', status: 'PARTIAL', remarks: {} });
  });
});

test('a run whose source says that nothing changed sends nothing, deletes nothing and says so', async () => {
  const source = (rows: readonly (readonly [string, string])[], unchanged?: true) =>
    rowsSource({ columns: COLUMNS, rows, checkpoint: 'tag', ...(unchanged && { unchanged }) });
  await run('R1', ports([], { source: source(TWO) }));
  const destination = new Answers();
  const same = source([], true);
  const second = await run('R2', ports([], { source: same, destination }));
  expect(second).toMatchObject({
    status: 'SUCCESS',
    remarks: { unchanged: true },
    counts: { seen: 0, unchanged: 0, missing: 0, deleted: 0, held: 0 },
  });
  expect(same.checkpoints).toEqual(['tag']);
  expect(destination.delivered).toEqual([]);
  expect(await state.position('hr', jobOf().target)).toMatchObject({ checkpoint: 'tag' });
  expect((await run('R3', ports([], { source: source(TWO) }))).counts).toMatchObject({ unchanged: 2 });
});

test('under soft_delete_only what is missing is marked, stays in the index, and is sent again when it returns', async () => {
  const soft = { deletePolicy: 'soft_delete_only' } as const;
  await run('R1', ports(TWO), soft);
  const second = await run('R2', ports([TWO[0]]), soft);
  expect(second.counts).toMatchObject({ deleted: 1, missing: 1 });
  const files = await readdir(join(folder, 'bucket', 'connectors', 'hr', 'runs', 'R2'));
  expect(files.sort()).toEqual(['manifest.json', 'soft-deletes.ndjson']);
  const third = await run('R3', ports(TWO), soft);
  expect(third.counts).toMatchObject({ unchanged: 1, changed: 1 });
});

test('a dry run writes no run, no artifact and no lease', async () => {
  const result = await run('R1', ports(TWO), { dryRun: true });
  expect(result).toMatchObject({ work: 'planned', manifestName: null, counts: { added: 2 } });
  expect(await state.findRun('R1')).toBeUndefined();
  expect(await readdir(folder)).not.toContain('bucket');
});

test('a dry run returns the wanted documents among those that it would send', async () => {
  const wanted = { first: 1, ids: ['hr:3'] };
  const { documents } = await run('R1', ports(THREE), { dryRun: true, wanted });
  expect(documents?.map((line): unknown => JSON.parse(line))).toMatchObject([
    { doc_id: 'hr:1' },
    { doc_id: 'hr:3' },
  ]);
  await run('R1', ports(THREE));
  const unnamed = ['', 'nameless'] as const;
  const source = rowsSource({ columns: COLUMNS, rows: [TWO[0], ['2', 'changed'], unnamed] });
  const second = await run('R2', ports([], { source }), { dryRun: true, wanted: { first: 5, ids: [] } });
  expect(second.documents?.map((line): unknown => JSON.parse(line))).toMatchObject([{ doc_id: 'hr:2' }]);
  expect(second.counts).toMatchObject({ deleted: 1, quarantined: 1 });
});

test('a column of another kind is in the result, planned and done, and the next run knows the new kind', async () => {
  const retyped = rowsSource({ columns: [{ name: 'id', kind: 'text' }, COLUMNS[1]], rows: TWO });
  const drift = [{ column: 'id', was: 'integer', is: 'text' }];
  expect((await run('R1', ports(TWO))).drift).toEqual([]);
  expect((await run('R2', ports(TWO, { source: retyped }), { dryRun: true })).drift).toEqual(drift);
  expect((await run('R2', ports(TWO, { source: retyped }))).drift).toEqual(drift);
  expect((await run('R2', ports(TWO, { source: retyped }))).drift).toBeUndefined();
  expect((await run('R3', ports(TWO, { source: retyped }))).drift).toEqual([]);
});

test('columns of a run that another one finishes are those that the next is compared with', async () => {
  await expect(run('R1', ports(TWO, { destination: new Answers(unavailable) }))).rejects.toThrow('away');
  const retyped = rowsSource({ columns: [{ name: 'id', kind: 'text' }, COLUMNS[1]], rows: THREE });
  const { drift } = await run('R2', ports(TWO, { source: retyped }));
  expect(drift).toEqual([{ column: 'id', was: 'integer', is: 'text' }]);
});

test('a local target has its own documents, and leaves the published runs of the data store alone', async () => {
  await expect(run('R1', ports(TWO, { destination: new Answers(unavailable) }))).rejects.toThrow('away');
  const destination = new Answers();
  const other = await run('R2', ports(TWO, { destination }), { target: 'local' });
  expect(other.counts).toMatchObject({ added: 2 });
  expect(destination.delivered).toEqual(['R2']);
  expect(await state.unfinishedRuns('hr')).toHaveLength(1);
});

describe('a newest manifest that got lost', () => {
  const NAME = 'connectors/hr/latest/manifest.json';

  beforeEach(async () => {
    await run('R1', ports(TWO));
    await fileStore(join(folder, 'bucket'), '/', ALWAYS_HELD).remove(NAME);
  });

  async function latestRun(): Promise<string> {
    const manifest = JSON.parse(await readFile(join(folder, 'bucket', NAME), 'utf8')) as Manifest;
    return manifest.runId;
  }

  test('is put back by the next run', async () => {
    await expect(run('R2', ports([...TWO, ['1', 'double']]))).rejects.toMatchObject({ code: 'DUPLICATE_ID' });
    expect(await latestRun()).toBe('R1');
  });

  test('is put back by the same run asked for again, whose process may have died before it wrote it', async () => {
    expect(await run('R1', ports(TWO))).toMatchObject({ work: 'repeated', status: 'SUCCESS' });
    expect(await latestRun()).toBe('R1');
    const lease = await state.lease('hr', { host: 'here', pid: process.pid, runId: 'R2' });
    await lease.release();
  });

  test('is left to the process that runs the connector meanwhile', async () => {
    const lease = await state.lease('hr', { host: 'here', pid: process.pid, runId: 'R2' });
    expect(await run('R1', ports(TWO))).toMatchObject({ work: 'repeated', status: 'SUCCESS' });
    await expect(latestRun()).rejects.toMatchObject({ code: 'ENOENT' });
    await lease.release();
  });

  test('follows the order of the leases where the clocks of machines differ', async () => {
    const onClock = (seconds: number, rows: Parameters<typeof ports>[0]) =>
      ports(rows, { clock: { now: () => new Date(Date.now() + seconds * 1_000), elapsedMs: () => 0 } });
    await run('ahead', onClock(300, TWO));
    await run('behind', onClock(-300, THREE));
    await run('right', onClock(0, TWO));
    expect(await latestRun()).toBe('right');
    // Each of these puts back what it takes for the newest manifest.
    expect(await run('right', onClock(0, TWO))).toMatchObject({ work: 'repeated' });
    expect(await latestRun()).toBe('right');
    await expect(run('fails', onClock(0, [...TWO, ['1', 'double']]))).rejects.toThrow();
    expect(await latestRun()).toBe('right');
    await run('behind too', onClock(-600, THREE));
    await expect(run('fails', onClock(900, [...TWO, ['1', 'double']]))).rejects.toThrow();
    expect(await latestRun()).toBe('behind too');
  });

  test('is left alone by a run that sends nothing', async () => {
    expect(await run('R1', ports(TWO), { sends: false })).toMatchObject({ work: 'repeated' });
    await expect(latestRun()).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test('stays lost, and the run fails, when the state cannot say whose turn it is', async () => {
    const away: State = {
      ...state,
      lease: () => Promise.reject(new BridgeError('STATE_UNREACHABLE', 'it is away')),
    };
    await expect(run('R1', ports(TWO, { state: away }))).rejects.toMatchObject({ code: 'STATE_UNREACHABLE' });
  });
});

test('a row that changes only where the mapping does not look is not sent, and is known by its bytes from then on', async () => {
  const wide = [...COLUMNS, { name: 'note', kind: 'text' }] as const;
  const source = (note: string) => rowsSource({ columns: wide, rows: [['1', 'one', note]] });
  await run('R1', ports([], { source: source('before') }));
  const destination = new Answers();
  const second = await run('R2', ports([], { source: source('after'), destination }));
  expect(second.counts).toMatchObject({ unchanged: 1, added: 0, changed: 0 });
  expect(destination.delivered).toEqual([]);
  const looked: number[] = [];
  const watching: State = {
    ...state,
    lookup: (scope, docIds) => {
      looked.push(docIds.length);
      return state.lookup(scope, docIds);
    },
  };
  await run('R3', ports([], { source: source('after'), state: watching }));
  expect(looked).toEqual([]);
});

test('a dry run counts every kind of change and changes nothing', async () => {
  const wide = [...COLUMNS, { name: 'note', kind: 'text' }] as const;
  const before = [
    ['1', 'one', 'a'],
    ['2', 'two', 'a'],
    ['3', 'three', 'a'],
  ] as const;
  const after = [
    ['1', 'ONE', 'a'],
    ['2', 'two', 'b'],
    ['4', 'four', 'a'],
    ['', 'none', 'a'],
  ] as const;
  await run('R1', ports([], { source: rowsSource({ columns: wide, rows: before }) }));
  const source = rowsSource({ columns: wide, rows: after });
  const planned = await run('R2', ports([], { source }), { dryRun: true });
  const counts = { unchanged: 1, added: 1, changed: 1, deleted: 1, quarantined: 1 };
  expect(planned.counts).toMatchObject(counts);
  expect((await run('R3', ports([], { source }))).counts).toMatchObject(counts);
});

test('a run id whose work another connector or target has done is refused', async () => {
  await run('R1', ports(TWO));
  await expect(run('R1', ports(TWO), { target: 'elsewhere' })).rejects.toMatchObject({
    code: 'RUN_ID_TAKEN',
  });
  await expect(run('R1', ports(TWO), { connectorId: 'other' })).rejects.toMatchObject({
    code: 'RUN_ID_TAKEN',
  });
});

test('more changes than are set aside at once all arrive', async () => {
  const many = Array.from({ length: 12_000 }, (_, index) => [String(index), `row ${index}`] as const);
  await run('R1', ports(many));
  expect((await run('R2', ports(many))).counts).toMatchObject({ unchanged: 12_000, added: 0 });
});
