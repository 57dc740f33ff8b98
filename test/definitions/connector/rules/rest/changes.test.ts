import { describe, expect, test } from '@jest/globals';
import { deltaFindings } from '../../../../../src/definitions/connector/rules/delta.ts';
import { changesFindings } from '../../../../../src/definitions/connector/rules/rest/changes.ts';
import { watermarkFindings } from '../../../../../src/definitions/connector/rules/rest/watermark.ts';

type Source = Readonly<Record<string, unknown>>;
type Rule = typeof changesFindings;

const found = (rule: Rule, source: Source, reconciliation?: Source) =>
  rule({ spec: { source: { type: 'http', ...source }, reconciliation } }).map(
    ({ code, path }) => `${code} ${path.replace('spec.source.', '')}`,
  );

const url = 'https://x/?since=:watermark';
const windowUrl = 'https://x/?since=:watermark&until=:until';
const links = { type: 'next_url', nextUrlPath: 'next' };

describe('the form of a watermark and its windows', () => {
  test.each<[Source, readonly string[]]>([
    [{ url, watermarkFormat: 'iso' }, ['wrong_value watermarkFormat']],
    [{ url, watermarkFormat: '%Y-%q' }, ['wrong_value watermarkFormat']],
    [{ url: 'https://x/', watermarkFormat: 'date' }, ['misplaced_key watermarkFormat']],
    [{ url, watermarkFormat: 'date', watermarkTimeZone: 'Berlin' }, ['wrong_value watermarkTimeZone']],
    [{ url, watermarkTimeZone: 'Europe/Berlin' }, ['misplaced_key watermarkTimeZone']],
    [{ url, watermarkFormat: 'date', watermarkStart: 'rev-1' }, ['wrong_value watermarkStart']],
    [{ url: windowUrl, watermarkStart: '2020-01-01' }, ['missing_key window']],
    [{ url, watermarkStart: '2020-01-01', window: { step: '1d' } }, ['missing_key url']],
    [{ url: windowUrl, window: { step: '1d' } }, ['missing_key watermarkStart']],
    [{ url: windowUrl, watermarkStart: 'x', window: { step: '1d' } }, ['wrong_value watermarkStart']],
  ])('must fit together: %j', (source, findings) => {
    expect(found(watermarkFindings, source)).toEqual(findings);
  });

  test.each<Source>([
    { url, watermarkFormat: '%Y-%m-%d %H:%M', watermarkTimeZone: 'Europe/Berlin' },
    { url, watermarkFormat: 'epoch_milliseconds', watermarkStart: 0 },
    { url: windowUrl, watermarkStart: '2020-01-01', window: { step: '30d' } },
    { method: 'POST', payload: { q: { from: ':watermark', to: ':until' } }, watermarkStart: 0, window: {} },
    { url, watermarkStart: 'rev-1' },
  ])('may be %j', (source) => {
    expect(found(watermarkFindings, source)).toEqual([]);
  });
});

describe('a feed of changes', () => {
  test.each<[Source, readonly string[]]>([
    [{ changes: { deletedValues: ['x'] } }, ['missing_key changes.deletedPath']],
    [{ changes: { nextField: 'x' } }, ['missing_key changes.nextPath']],
    [{ changes: { resetStatuses: [410] } }, ['missing_key changes.nextPath']],
    [{ changes: { nextPath: 'x' } }, ['missing_key changes.nextField']],
    [{ url, pagination: links, changes: { nextPath: 'x' } }, ['misplaced_key changes.nextPath']],
    [{ resumable: true, changes: { nextPath: 'x', nextField: 'y' } }, ['misplaced_key changes.nextPath']],
    [
      { responseFormat: 'csv', changes: { nextPath: 'x', nextField: 'y' } },
      ['misplaced_key changes.nextPath'],
    ],
  ])('must have one checkpoint and no key without the key that it needs: %j', (source, findings) => {
    expect(found(changesFindings, source)).toEqual(findings);
  });

  test.each<[Source, readonly string[]]>([
    [{ url, watermarkField: 'a', changes: { deletedPath: 'gone' } }, []],
    [{ url: 'https://x/', changes: { deletedPath: 'gone', nextPath: 'next' } }, []],
    [{ url: 'https://x/', resumable: true, changes: { deletedPath: 'gone' } }, []],
    [
      { url: 'https://x/', changes: { nextPath: 'next' } },
      ['delta_deletes spec.reconciliation.deletePolicy'],
    ],
    // Such a request counts as a full listing, and every unchanged record would be missing from it.
    [
      { url: 'https://x/?updated_since=2024', changes: { deletedPath: 'gone' } },
      ['delta_deletes spec.reconciliation.deletePolicy'],
    ],
  ])('proves deletes only if its records report them: %j', (source, findings) => {
    expect(found(deltaFindings, source, { deletePolicy: 'auto_delete_missing' })).toEqual(findings);
  });
});
