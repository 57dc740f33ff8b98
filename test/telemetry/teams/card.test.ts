import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { TELEMETRY_MESSAGE_CHARACTERS_MAX } from '../../../src/core/limits.ts';
import { TEAMS_MESSAGE_BYTES_MAX } from '../../../src/telemetry/limits.ts';
import { parseRunLink } from '../../../src/core/run-link.ts';
import type { RunEnd, RunSubject } from '../../../src/telemetry/run-report.ts';
import { teamsMessage } from '../../../src/telemetry/teams/card.ts';
import { messageProblem, type TeamsMessage } from '../../stand-ins/teams/message-rules.ts';
import { runCounts } from '../../support/pipeline/run-counts.ts';

const SUBJECT: RunSubject = {
  runId: 'R1',
  kind: 'connector',
  connector: 'hr',
  namedAfterFile: false,
  file: 'hr.yaml',
  target: 'projects/p/locations/eu/dataStores/hr',
  targetKind: 'data_store',
  mode: 'run',
  version: '1.2.3',
  startedAt: new Date('2026-01-02T03:04:05.678Z'),
};
const COUNTS = runCounts({ seen: 9, unchanged: 4, added: 2, changed: 3, missing: null });
const FAILED: RunEnd = {
  status: 'FAILED',
  exitStatus: 75,
  work: null,
  counts: { seen: 9 },
  watermark: null,
  holdReason: null,
  error: { code: 'SOURCE_LOST', message: 'It broke off.', hint: 'Look at it.', retryable: true },
  phases: [],
  durationMs: 1_234,
  finishedAt: new Date('2026-01-02T03:05:05.678Z'),
};
const LINK = 'https://example.com/';
const ALERT = { kind: 'alert', signature: 'x' } as const;

const textsIn = (message: string) =>
  (JSON.parse(message) as TeamsMessage).attachments[0].content.body.map(({ inlines }) =>
    inlines.map(({ text }) => text).join(''),
  );
const failedWith = (message: string) =>
  textsIn(teamsMessage(ALERT, SUBJECT, { ...FAILED, error: { ...FAILED.error!, message } }, {}));

describe('the card of an alert', () => {
  test('is taken by Teams and within its limit, whatever texts a run has', () => {
    const anyText = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 5_000 }),
      fc
        .constantFrom('"', '\\', '\u0000', '\u{1F600}', '\uD800', '[x](https://evil.example.com)')
        .map((part) => part.repeat(4_000)),
    );
    const link = parseRunLink('X', `${LINK}${'p'.repeat(1_700)}{run_id}{connector_id}`);
    fc.assert(
      fc.property(anyText, anyText, anyText, anyText, (message, hint, target, holdReason) => {
        const error = { code: 'SOURCE_LOST', message, hint, retryable: false };
        for (const end of [
          { ...FAILED, error },
          {
            ...FAILED,
            status: 'HELD' as const,
            error: null,
            holdReason,
            counts: { ...COUNTS, held: 4, quarantined: 1, rejected: 2 },
          },
        ]) {
          const sent = teamsMessage(ALERT, { ...SUBJECT, target }, end, { Splunk: link, Kestra: link });
          expect(messageProblem(sent)).toBeUndefined();
          expect(Buffer.byteLength(sent)).toBeLessThan(TEAMS_MESSAGE_BYTES_MAX);
        }
      }),
      { numRuns: 50 },
    );
  });

  test('shows Markdown as the characters that it is, because no element of it knows Markdown', () => {
    const message = '[click](https://evil.example.com) **now** <at>everyone</at> {{DATE(2026)}}';
    expect(failedWith(message)).toContain(message);
    const card = teamsMessage(ALERT, SUBJECT, { ...FAILED, error: { ...FAILED.error!, message } }, {});
    expect(card).not.toMatch(/"TextBlock"|"FactSet"|msteams|entities/);
  });

  test('shows nothing that turns the direction of writing or cannot be seen', () => {
    expect(failedWith('a\u202Eb\u200Bc\u0007d\nnext')).toContain('a b c d\nnext');
  });

  test.each(['é', '\u{1F600}'])('cuts a long message of %s, and says so', (character) => {
    const [text = ''] = failedWith(character.repeat(TELEMETRY_MESSAGE_CHARACTERS_MAX * 2)).filter((line) =>
      line.startsWith(character),
    );
    expect(Array.from(text)).toHaveLength(TELEMETRY_MESSAGE_CHARACTERS_MAX);
    expect(text.endsWith('…')).toBe(true);
  });

  test('does not show counts that are not known', () => {
    const texts = textsIn(teamsMessage(ALERT, SUBJECT, { ...FAILED, counts: COUNTS }, {}));
    expect(texts).toContain(
      'Counts: seen 9, unchanged 4, added 2, changed 3, deleted 0, held 0, quarantined 0, rejected 0',
    );
  });
});
