import { describe, expect, test } from '@jest/globals';
import { probeFindings } from '../../../../src/definitions/connector/rules/probe.ts';

const found = (source: Readonly<Record<string, unknown>>) =>
  probeFindings({ spec: { source: { type: 'postgres', ...source } } }).map(({ code, path }) => [code, path]);

const PROBE = 'spec.source.unchangedQuery';
const FULL = 'SELECT a FROM t';
const COUNT = 'SELECT count(*) FROM t';

describe('probeFindings', () => {
  test('finds nothing wrong with a full listing, with or without a probe', () => {
    expect(found({ query: FULL })).toEqual([]);
    expect(found({ query: FULL, unchangedQuery: COUNT, fullListingEveryHours: 12 })).toEqual([]);
  });

  test('refuses the probe of a delta query', () => {
    const delta = { query: 'SELECT a FROM t WHERE a > :watermark', unchangedQuery: COUNT };
    expect(found(delta)).toEqual([['probe_of_delta', PROBE]]);
  });

  test('refuses :watermark in a probe, but not in its texts and comments', () => {
    const probe = (unchangedQuery: string) => found({ query: FULL, unchangedQuery });
    expect(probe(`${COUNT} WHERE a > :watermark`)).toEqual([['probe_watermark', PROBE]]);
    expect(probe(`${COUNT} WHERE a > ':watermark' -- :watermark`)).toEqual([]);
  });

  test('reports fullListingEveryHours without a probe', () => {
    expect(found({ query: FULL, fullListingEveryHours: 12 })).toEqual([
      ['full_listing_unused', 'spec.source.fullListingEveryHours'],
    ]);
  });
});
