import { textAt, valueAt } from '../../draft.ts';
import type { FieldFinding } from '../../problem.ts';
import { dialectOf } from '../sql/sql-text.ts';
import { isDeltaQuery } from '../watermark.ts';

const PROBE = 'spec.source.unchangedQuery';
const HOURS = 'spec.source.fullListingEveryHours';

/** Rules about the probe of a full listing. */
export function probeFindings(connector: unknown): FieldFinding[] {
  return [...probeOfDelta(connector), ...watermarkInProbe(connector), ...hoursWithoutProbe(connector)];
}

function hasWatermark(connector: unknown, path: string): boolean {
  const query = textAt(connector, path);
  return query !== undefined && isDeltaQuery(query, dialectOf(textAt(connector, 'spec.source.type')));
}

function probeOfDelta(connector: unknown): FieldFinding[] {
  if (textAt(connector, PROBE) === undefined || !hasWatermark(connector, 'spec.source.query')) return [];
  return [
    {
      code: 'probe_of_delta',
      path: PROBE,
      message:
        'unchangedQuery says whether a complete listing would return the same rows, but :watermark in spec.source.query makes the source return changes only.',
      fix: 'no unchangedQuery, or take :watermark out of spec.source.query',
    },
  ];
}

function watermarkInProbe(connector: unknown): FieldFinding[] {
  if (!hasWatermark(connector, PROBE)) return [];
  return [
    {
      code: 'probe_watermark',
      path: PROBE,
      message:
        ':watermark has no value in unchangedQuery: its answer is compared as a whole with the last one.',
      fix: 'take :watermark out of unchangedQuery',
    },
  ];
}

function hoursWithoutProbe(connector: unknown): FieldFinding[] {
  if (valueAt(connector, HOURS) === undefined || valueAt(connector, PROBE) !== undefined) return [];
  return [
    {
      code: 'full_listing_unused',
      path: HOURS,
      message: 'fullListingEveryHours has no effect: without unchangedQuery every run reads every row.',
      fix: 'no fullListingEveryHours, or an unchangedQuery',
    },
  ];
}
