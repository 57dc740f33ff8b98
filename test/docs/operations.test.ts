import { describe, expect, test } from '@jest/globals';
import { ERROR_KINDS } from '../../src/core/error-kinds.ts';
import { EXIT } from '../../src/core/exit-status.ts';
import { decideDeletes, type DeleteQuestion } from '../../src/pipeline/guard.ts';
import { textOfPage } from '../support/docs/tutorial.ts';

const PAGE = textOfPage('docs/operations.md');

/** The words in code of the first column of a section's table. */
function firstColumn(section: string): string[] {
  const [text = ''] = new RegExp(`^## ${section}$[^]*?(?=^## )`, 'm').exec(PAGE) ?? [];
  return [...text.matchAll(/^\|([^|]+)\|/gm)].flatMap(([, cell = '']) =>
    [...cell.matchAll(/`([^`]+)`|\b(\d+)\b/g)].map(([, code, number]) => code ?? number ?? ''),
  );
}

/** Why a run holds deletes, in the words of the run. */
function holdReason(question: Partial<DeleteQuestion>): string {
  const decision = decideDeletes({
    policy: 'auto_delete_missing',
    missing: 2001,
    known: 5000,
    seen: 2999,
    unidentified: 0,
    truncated: false,
    limit: { count: 25, ratio: 0.25 },
    allowDeletes: undefined,
    ...question,
  });
  return decision.action === 'hold' ? decision.reason : '';
}

describe('the runbook', () => {
  test('has a row for every exit status', () => {
    expect(firstColumn('Exit statuses').map(Number)).toEqual(Object.values(EXIT));
  });

  test('has a row for every alert of the example rules', () => {
    const alerts = [...textOfPage('docs/telemetry.md').matchAll(/- alert: (\w+)/g)].map(([, name]) => name);
    expect(alerts).not.toEqual([]);
    expect(firstColumn('Alerts')).toEqual(alerts);
  });

  test('names every reason for held deletes in the words of a run', () => {
    const first = holdReason({});
    expect(firstColumn('Held deletes')).toEqual([
      first,
      holdReason({ missing: 5000, seen: 0 }),
      holdReason({ truncated: true }),
      holdReason({ unidentified: 3 }),
      holdReason({ missing: 2002, known: 5003, allowDeletes: 2001 }).replace(/.*(?=;)/, ''),
    ]);
  });

  test('has every error code in a class, by its name or by its prefix', () => {
    const classes = firstColumn('Classes of errors');
    const isListed = (code: string) =>
      classes.some((name) => (name.endsWith('_…') ? code.startsWith(name.slice(0, -1)) : code === name));
    expect(Object.keys(ERROR_KINDS).filter((code) => !isListed(code))).toEqual([]);
    expect(classes.filter((name) => !name.endsWith('_…') && !(name in ERROR_KINDS))).toEqual([]);
  });
});
