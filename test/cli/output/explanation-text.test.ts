import { describe, expect, test } from '@jest/globals';
import { stripVTControlCharacters } from 'node:util';
import type { Explanation, DocumentDelivery } from '../../../src/app/explain/explanation.ts';
import { explanationText } from '../../../src/cli/output/explanation-text.ts';
import { styleFor } from '../../../src/cli/output/style.ts';
import { onTerminal } from '../../support/processes/on-terminal.ts';

const plain = styleFor({ write: () => undefined }, true);
const coloured = styleFor({ write: () => undefined, isTTY: true }, false);

const run = (runId: string) =>
  ({
    runId,
    status: 'SUCCESS',
    startedAt: '2026-11-20T03:00:00.123Z',
    committedAt: '2026-11-20T03:01:00.456Z',
    error: null,
  }) as const;

function sending(changes: Partial<DocumentDelivery> = {}): DocumentDelivery {
  return {
    run: run('r1'),
    change: 'upsert',
    artifact: { uri: 'gs://bucket/r1/upserts.ndjson', line: 7 },
    document: {
      title: 'Mei Tanaka',
      uri: 'https://example.com/7',
      users: ['mei@example.com'],
      groups: ['hr'],
    },
    request: { name: 'import-1', state: 'done', operation: 'operations/1', askedAt: '2026-11-20T03:00:30Z' },
    ...changes,
  };
}

function explanationOf(changes: Partial<Explanation> = {}): Explanation {
  return {
    docId: 'hr:7',
    apiId: 'hr__7',
    connector: 'hr',
    target: 'projects/p/locations/global/dataStores/d',
    standing: 'indexed',
    deletePolicy: 'auto_delete_missing',
    present: true,
    checksum: 'sha256:00',
    lastSeen: { runId: 'r2', at: '2026-11-21T03:00:00.000Z', newest: true },
    sent: sending(),
    waiting: null,
    rejection: null,
    quarantine: null,
    removal: null,
    held: null,
    missing: null,
    pushes: null,
    newestRun: run('r2'),
    elsewhere: [],
    runsSearched: 2,
    unreadable: [],
    ...changes,
  };
}

const textOf = (changes: Partial<Explanation> = {}, width = Number.POSITIVE_INFINITY, style = plain) =>
  explanationText(
    { explanation: explanationOf(changes), run: 'run --connector hr.yaml', local: false },
    style,
    width,
  );

const absent = { present: false, checksum: null, lastSeen: null, sent: null } as const;

describe('an explanation for a person', () => {
  test('is a sentence, then labelled lines that are aligned', () => {
    expect(textOf()).toBe(
      [
        'hr:7 is in the index, as run r1 sent it.',
        '',
        '  last seen        2026-11-21 03:00:00 UTC by run r2',
        '  checksum         sha256:00',
        '  sent by run      r1, committed 2026-11-20 03:01:00 UTC',
        '  acknowledged by  operations/1',
        '  readers          hr (group), mei@example.com',
        '  artifact line    gs://bucket/r1/upserts.ndjson line 7',
        '  title            Mei Tanaka',
        '  link             https://example.com/7',
        '',
        '  target           projects/p/locations/global/dataStores/d',
        '  id there         hr__7',
        '',
        '→ If it is missing from the data store, resend all documents of the connector:',
        '    gemini-sync-bridge run --connector hr.yaml --resend',
        '',
      ].join('\n'),
    );
  });

  test('of a document that the data store may lack says how to send it again, and of a local one says nothing', () => {
    expect(textOf({ pushes: [] })).toContain(
      '→ If it is missing from the data store, push it again, then run:\n',
    );
    expect(textOf({ pushes: [] })).toContain('run --connector hr.yaml --resend\n');
    for (const pushes of [null, []]) {
      const explanation = explanationOf({ pushes });
      const text = explanationText({ explanation, run: 'run --local', local: true }, plain, 80);
      expect(text).not.toContain('--resend');
    }
  });

  test('wraps on a narrow terminal below its values, and breaks no URI and no command', () => {
    const lines = textOf(
      {
        standing: 'maybe-missing',
        missing: { runId: 'r2', count: 9, holdReason: '9 deletes are more than 5' },
      },
      44,
    ).split('\n');
    expect(lines).toContain('  readers          hr (group),');
    expect(lines).toContain('                   mei@example.com');
    expect(lines).toContain('    gemini-sync-bridge run --connector hr.yaml --allow-deletes 9');
    for (const line of lines) {
      const words = line.trim().split(/ {2,}/).at(-1)?.split(' ') ?? [];
      expect(line.length <= 44 || words.length === 1 || line.includes('gemini-sync-bridge')).toBe(true);
    }
  });

  test('has colours on a terminal, and the same words', () => {
    const painted = onTerminal(textOf({}, 60, coloured));
    expect(painted).toContain('\u001B[32mis in the index\u001B[0m');
    // eslint-disable-next-line no-control-regex -- escape sequences are what it removes
    expect(painted.replaceAll(/\u001B\[\d+m/g, '')).toBe(textOf({}, 60));
  });

  test('loses no word of an id with spaces, painted or not', () => {
    const docId = 'hr:a  b ';
    expect(textOf({ docId })).toMatch(/^hr:a {2}b {2}is in the index, as run r1 sent it\.\n/);
    const words = (text: string) => stripVTControlCharacters(text).split(/\s+/);
    for (const width of [10, 20, 30, 40]) {
      expect(words(textOf({ docId }, width, coloured))).toEqual(words(textOf({ docId })));
    }
  });

  test('lets no value write on the terminal, nor look like another line', () => {
    const document = {
      title: 'a\u001B[2Jb\n  readers  nobody',
      uri: null,
      users: ['x\r@example.com'],
      groups: [],
    };
    const text = textOf({ docId: 'hr:\u001B]0;x\u0007\n7', sent: sending({ document }) });
    expect(text).toContain(String.raw`  title            a\u001b[2Jb   readers  nobody` + '\n');
    expect(text).toContain('  readers          x @example.com\n');
    expect(text).toMatch(/^hr:\\u001b\]0;x\\u0007 7 is in/);
  });

  test('shows some of many readers and a part of a long value, and says where the rest is', () => {
    const users = Array.from({ length: 3_000 }, (_, index) => `u${index}`);
    const document = { title: 'x'.repeat(5_000), uri: null, users, groups: ['hr'] };
    const text = textOf({ sent: sending({ document }) });
    expect(text).toMatch(/readers +hr \(group\), u0, .* u18 and 2,981 more \(--json has all\)\n/);
    expect(text).toMatch(/title +x{2000}… \(--json has all\)\n/);
  });

  test('says of a document without readers who can find it', () => {
    const document = { title: null, uri: null, users: [], groups: [] };
    expect(textOf({ sent: sending({ document }) })).toMatch(
      /readers +the document names none, so everybody who may use the data store\n/,
    );
  });

  test('says that requests had no operation, and what became of one that did not end', () => {
    const request = { name: 'deletes', state: 'done', operation: null, askedAt: '' } as const;
    const removal = { ...sending({ change: 'delete', document: null, request }), cause: null };
    expect(textOf({ ...absent, standing: 'deleted', removal })).toMatch(
      /acknowledged by +deletes, requests without an operation\n/,
    );
    const asked = sending({ request: { ...request, name: 'import-1', state: 'asked' } });
    expect(textOf({ standing: 'waiting', waiting: asked })).toMatch(
      /request +import-1, requests without an operation \(no answer is known\)\n/,
    );
  });

  test.each([
    ['FAILED', 'The newest run failed, so its changes are missing.'],
    ['DRY_RUN', 'The newest run sent nothing, because of GEMINI_INGESTION_DRY_RUN.'],
  ] as const)('says that the index may be out of date when the newest run is %s', (status, sentence) => {
    const error = status === 'FAILED' ? { code: 'SOURCE_LOST', message: 'It broke off.' } : null;
    const newestRun = { ...run('r3'), status, committedAt: null, error };
    for (const changes of [
      {},
      { ...absent, standing: 'not-found' },
      { ...absent, standing: 'never-run' },
    ] as const) {
      const text = textOf({ ...changes, newestRun });
      expect(text).toContain(`→ ${sentence}`);
      expect(text).toMatch(new RegExp(`newest run +r3, ${status}, begun 2026-11-20 03:00:00 UTC`));
    }
  });

  test('does not name as unclear the run that was refused it, but the one that has no proof', () => {
    const later = { reason: 'odd', outcome: 'refused', sending: sending({ run: run('r9') }) } as const;
    const unclear = { standing: 'unclear', present: null, checksum: null } as const;
    expect(textOf({ ...unclear, rejection: later })).toContain('run r1 may have sent its last change');
    expect(textOf({ ...unclear, rejection: { ...later, outcome: 'unknown' } })).toContain(
      'run r9 may have sent',
    );
  });

  describe('of a connector that is pushed to', () => {
    const push = (op: 'UPSERT' | 'DELETE', minute: number) =>
      ({ op, receivedAt: `2026-11-21T03:0${minute}:00.000Z`, pushRunId: `push-${minute}` }) as const;
    const removal = { ...sending({ change: 'delete', document: null }), cause: 'pushed' } as const;

    test('names what waits for a run, the newest first, and says that a run is needed', () => {
      const text = textOf({ pushes: [push('DELETE', 5), push('UPSERT', 4)] });
      expect(text).toMatch(
        /^ {2}pushed +DELETE, received 2026-11-21 03:05:00 UTC as push-5, waits for a run$/m,
      );
      expect(text).toMatch(
        /^ {2}and before +UPSERT, received 2026-11-21 03:04:00 UTC as push-4, is followed by/m,
      );
      expect(text).toContain('→ A push of it waits for the next run:\n    gemini-sync-bridge run');
    });

    test('asks for no local run of what one may have read, for it stays there', () => {
      const pushes = [push('DELETE', 5)];
      const local = { run: 'run --local', local: true };
      const textThere = (changes: Partial<Explanation>) =>
        explanationText({ explanation: explanationOf({ pushes, ...changes }), ...local }, plain, 200);
      expect(textThere({})).not.toContain('→');
      expect(textThere({ ...absent, standing: 'not-found' })).toContain('→ A push of it waits');
    });

    test.each([
      ['unclear', '→ The next run sends it again:'],
      ['rejected', 'push it as it should be'],
      ['quarantined', '→ Push it again as it should be'],
      ['soft-deleted', 'If it is pushed again'],
      ['deleted', '→ If it should exist, push it'],
      ['not-found', '→ If it should exist, push it'],
      ['never-run', '→ Run the connector:'],
      ['waiting', '→ The next run finishes it:'],
    ] as const)('speaks of pushes, and never of a row of a query, when it is %s', (standing, words) => {
      const text = textOf({ standing, deletePolicy: 'soft_delete_only', pushes: [], removal });
      expect(text).toContain(words);
      expect(text).toMatch(/because +a push deleted it/);
      expect(text).not.toMatch(/listing|query| row/);
    });

    test('says that the next run deletes a soft-deleted one under auto_delete_missing', () => {
      const text = textOf({ standing: 'soft-deleted', pushes: [], removal });
      expect(text).toContain('→ The policy is auto_delete_missing now, so the next run deletes it:');
    });

    test('says so when the document has no readers', () => {
      const artifact = { uri: 'gs://bucket/r1/quarantine.ndjson', line: 1 };
      const fields = { code: 'ACL_EMPTY', reason: 'its ACL columns name no reader', fields: {} };
      const quarantine = { run: run('r1'), artifact, row: null, ...fields };
      expect(textOf({ standing: 'quarantined', pushes: [], quarantine })).toContain(
        '→ Push it again with a reader',
      );
    });
  });

  test.each([null, []])(
    'quotes readers that could not be read, and says which forms are read: %j',
    (pushes) => {
      const artifact = { uri: 'gs://bucket/r1/quarantine.ndjson', line: 1 };
      const reason = 'its ACL field "readers" does not name readers where it holds "17"';
      const quarantine = { run: run('r1'), artifact, row: 7, code: 'ACL_UNREADABLE', reason, fields: {} };
      const text = textOf({ standing: 'quarantined', pushes, quarantine });
      expect(text).toContain(
        `eaders${pushes === null ? ' of the row' : ''} could not be read: ${reason}. Write`,
      );
      expect(text).toContain('a JSON array of strings, or names separated by commas');
      expect(text).not.toContain('a reader');
    },
  );

  test('says how to restore a document that was deleted because its readers could not be read', () => {
    const removal = { ...sending({ change: 'delete' }), cause: 'unreadable readers' as const };
    const text = textOf({ ...absent, standing: 'deleted', removal });
    expect(text).toMatch(/because +the readers of its row could not be read/);
    expect(text).toContain('→ If it should exist, correct the readers of its row.');
  });

  test.each([
    ['maybe-missing', 'the listing of the source was not complete', '→ The listing was not complete'],
    ['soft-deleted', 'the listing of the source was not complete', '→ The listing was not complete'],
    [
      'maybe-missing',
      '3 rows could not be identified, and may be among the missing ones',
      '→ Rows were too large to be identified',
    ],
  ] as const)('offers no --allow-deletes for a %s document when %s', (standing, holdReason, words) => {
    const text = textOf({ standing, missing: { runId: 'r2', count: 9, holdReason } });
    expect(text).toContain(words);
    expect(text).not.toContain('--allow-deletes');
  });

  test.each([
    [[], ', and held.ndjson of that run does not list all of them.'],
    [[{ runId: 'r2', message: 'gs://bucket is gone.' }], ', and held.ndjson of that run cannot be read.'],
  ])('says why it does not know whether the delete is held: unreadable artifacts %j', (unreadable, words) => {
    const missing = { runId: 'r2', count: 9, holdReason: '9 deletes are more than 5' };
    expect(textOf({ standing: 'maybe-missing', missing, unreadable })).toContain(words);
  });

  test('says that the delete of a soft-deleted document is held', () => {
    const missing = { runId: 'r2', count: 9, holdReason: '9 deletes are more than 5' };
    const held = { run: run('r2'), artifact: { uri: 'gs://bucket/r2/held.ndjson', line: 3 } };
    const text = textOf({ standing: 'soft-deleted', missing, held });
    expect(text).toContain('→ Its delete is held. Check the source, then release the held deletes:\n');
    expect(text).toMatch(/artifact line +gs:\/\/bucket\/r2\/held\.ndjson line 3\n/);
  });

  test('offers no release of deletes where the connector never deletes', () => {
    const text = textOf({ standing: 'maybe-missing', missing: { runId: 'r2', count: 1, holdReason: null } });
    expect(text).toContain('lacked 1 document that was not deleted');
    expect(text).toContain('→ The policy never_delete leaves it there.');
    expect(text).not.toContain('--allow-deletes');
  });

  test('names the artifacts that cannot be read, and then claims nothing about deletes', () => {
    const unreadable = [{ runId: 'r2', message: 'gs://bucket is gone.' }];
    const text = textOf({ ...absent, standing: 'not-found', unreadable });
    expect(text).toContain('no record of it exists, and artifacts that may tell of a delete cannot be read.');
    expect(text).toMatch(/not read +artifacts of run r2: gs:\/\/bucket is gone\.\n/);
  });

  test.each([
    ['soft_delete_only', null, 'The policy soft_delete_only leaves it there.'],
    ['never_delete', null, 'The policy never_delete leaves it there.'],
    ['auto_delete_missing', null, 'so the next run deletes it:'],
    ['auto_delete_missing', { runId: 'r2', count: 7, holdReason: 'too many' }, '--allow-deletes 7'],
  ] as const)('says what becomes of a soft-deleted document under %s: %j', (deletePolicy, missing, words) => {
    expect(textOf({ standing: 'soft-deleted', deletePolicy, missing })).toContain(words);
  });
});
