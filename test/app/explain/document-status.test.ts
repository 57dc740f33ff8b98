import { describe, expect, test } from '@jest/globals';
import type { DocumentDelivery } from '../../../src/app/explain/explanation.ts';
import {
  lastSeenOf,
  missingOf,
  documentStatusOf,
  type Evidence,
} from '../../../src/app/explain/document-status.ts';
import type { RunCounts } from '../../../src/pipeline/ports/ports.ts';
import type { DocumentFacts } from '../../../src/pipeline/ports/explain-state-port.ts';
import type { RunRow } from '../../../src/pipeline/ports/state-port.ts';
import { runCounts } from '../../support/pipeline/run-counts.ts';

/** A committed run of a day of January, with a full listing that lacked nothing. */
function runOf(day: number, counts: Partial<RunCounts> = {}): RunRow {
  const at = `2026-01-0${day}T03:00:00.000Z`;
  return {
    runId: `day-${day}`,
    connectorId: 'hr',
    target: 'store',
    status: 'SUCCESS',
    phase: 'commit',
    startedAt: at,
    fence: 0,
    finishedAt: at,
    counts: runCounts({ seen: 5, unchanged: 5, ...counts }),
    watermark: null,
    manifestName: null,
    committedAt: at,
    holdReason: null,
    error: null,
    phaseTimes: {},
    folder: null,
    progress: null,
  };
}

const recordOf = (run: RunRow, changes: Partial<NonNullable<DocumentFacts['record']>> = {}) => ({
  checksum: 'sha256:00',
  softDeleted: false,
  run,
  ...changes,
});

function evidenceOf(facts: Partial<DocumentFacts>, found: Partial<Omit<Evidence, 'facts'>> = {}): Evidence {
  const nothing = { record: undefined, waiting: undefined, rejection: undefined, newestRun: undefined };
  return {
    facts: { ...nothing, committed: [], elsewhere: [], ...facts },
    sent: null,
    rejection: null,
    quarantine: null,
    removal: null,
    hold: { held: null, ruledOut: false },
    ...found,
  };
}

const deliveryWith = (run: RunRow, change: DocumentDelivery['change']): DocumentDelivery => ({
  run,
  change,
  artifact: null,
  document: null,
  request: null,
});

describe('a document was last seen', () => {
  test.each([
    ['a full listing that lacked nothing', {}, 'day-3', true],
    ['one whose missing documents were all deleted', { missing: 2, deleted: 2 }, 'day-3', true],
    ['one whose missing documents were held', { missing: 2, held: 2 }, 'day-2', false],
    ['one whose missing documents were left alone', { missing: 2 }, 'day-2', false],
    ['one where a delete was refused', { missing: 2, deleted: 2, rejected: 1 }, 'day-2', false],
    [
      'one where as many deletes were of rows without readers',
      { missing: 1, deleted: 1, quarantined: 1 },
      'day-2',
      false,
    ],
    ['a delta query', { missing: null }, 'day-2', false],
  ] as const)('by the newest run that proves it: after %s', (_, counts, runId, newest) => {
    const [first, second, third] = [runOf(1), runOf(2), runOf(3, counts)];
    const facts = { record: recordOf(first), committed: [third, second, first] };
    expect(lastSeenOf(evidenceOf(facts))).toEqual({
      runId,
      at: `2026-01-0${runId.slice(-1)}T03:00:00.000Z`,
      newest,
    });
  });

  test('by the newest run, when every document that it lacked is held, and this one is not', () => {
    const [first, second] = [runOf(1), runOf(2, { missing: 2, held: 2 })];
    const facts = { record: recordOf(first), committed: [second, first] };
    const hold = { held: null, ruledOut: true };
    expect(lastSeenOf(evidenceOf(facts, { hold }))).toMatchObject({ runId: 'day-2', newest: true });
  });

  test('by no delta query, even when every document that it holds is known', () => {
    const [first, second] = [runOf(1), runOf(2, { missing: null, held: 2 })];
    const evidence = evidenceOf(
      { record: recordOf(first), committed: [second, first] },
      { hold: { held: null, ruledOut: true } },
    );
    const lastSeen = lastSeenOf(evidence);
    expect(lastSeen).toMatchObject({ runId: 'day-1', newest: false });
    expect(missingOf(evidence, lastSeen, 'auto_delete_missing')).toBeNull();
  });

  test('by the run that sent it, when no listing since then proves more', () => {
    const [first, second] = [runOf(1), runOf(2, { missing: null })];
    const evidence = evidenceOf({
      record: recordOf(second),
      committed: [runOf(3, { missing: null }), second, first],
    });
    expect(lastSeenOf(evidence)).toMatchObject({ runId: 'day-2', newest: false });
  });

  test('at no known time, when it is in doubt whether it was sent or deleted', () => {
    const doubtful = recordOf(runOf(2), { checksum: '' });
    const facts = { record: doubtful, committed: [runOf(1)] };
    expect(lastSeenOf(evidenceOf(facts))).toBeNull();
    expect(lastSeenOf(evidenceOf(facts, { sent: deliveryWith(runOf(2), 'delete') }))).toBeNull();
    expect(lastSeenOf(evidenceOf(facts, { sent: deliveryWith(runOf(2), 'upsert') }))?.runId).toBe('day-2');
  });

  test('before the run that marked it as gone, or when it was sent, if that run is not known', () => {
    const runs = [runOf(4), runOf(3, { missing: 1, deleted: 1 }), runOf(2), runOf(1)];
    const facts = { record: recordOf(runOf(1), { softDeleted: true }), committed: runs };
    const removal = deliveryWith(runOf(3), 'soft_delete');
    expect(lastSeenOf(evidenceOf(facts, { removal }))?.runId).toBe('day-2');
    expect(lastSeenOf(evidenceOf(facts))?.runId).toBe('day-1');
  });

  test('at an unknown time when it has no record', () => {
    const facts = { committed: [runOf(2), runOf(1)] };
    expect(lastSeenOf(evidenceOf(facts, { removal: deliveryWith(runOf(2), 'delete') }))).toBeNull();
  });
});

test('a refusal of an older document tells nothing once the newest change is in doubt', () => {
  const refused = { run: runOf(3), reason: 'odd', outcome: 'refused' } as const;
  const facts = { record: recordOf(runOf(2), { checksum: '' }), rejection: refused };
  const rejection = { sending: deliveryWith(runOf(3), 'upsert') };
  expect(documentStatusOf(evidenceOf(facts, { rejection }), null)).toBe('unclear');
});
