import type { HttpSourceSpec } from '../../definitions/connector/types.ts';
import { mentionsWatermark } from '../../definitions/watermark-text.ts';
import type { Clock } from '../../core/time/clock.ts';
import type { Logger } from '../../core/log.ts';
import type { RestReader } from '../../rest/reader.ts';
import { HTTP_PAGES_PER_RUN_DEFAULT } from '../limits.ts';
import { readPlace, readValidator } from './checkpoint.ts';
import type { Filling } from './filling.ts';
import { HttpWatermark } from './watermark/watermark.ts';
import { WindowedListing } from './watermark/windows.ts';

const RESET_STATUSES_DEFAULT = [410];

/** How a source lists its records. */
export type ListingKind = 'full' | 'changes' | 'feed' | 'parts';

export function kindOf({
  url,
  payload,
  headers,
  parents,
  job,
  resumable,
  changes,
}: HttpSourceSpec): ListingKind {
  if (changes?.nextPath !== undefined) return 'feed';
  if (resumable === true) return 'parts';
  const requests = JSON.stringify([url, payload, headers, parents, job?.start]);
  return mentionsWatermark(requests) ? 'changes' : 'full';
}

interface BeginPorts {
  readonly reader: RestReader;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Begins a listing where an earlier one stopped, or at its start. It sends no request yet. */
export function beginListing(
  spec: HttpSourceSpec,
  kind: ListingKind,
  checkpoint: string | undefined,
  ports: BeginPorts,
  signal: AbortSignal,
): Filling {
  const { reader } = ports;
  const { pagesPerRun = HTTP_PAGES_PER_RUN_DEFAULT } = spec;
  if (kind === 'changes') return beginChanges(spec, checkpoint, ports, signal);
  if (kind === 'feed')
    return { listing: reader.pages(feedRange(spec, checkpoint), signal), watermark: undefined };
  const range =
    kind === 'parts'
      ? { from: readPlace(checkpoint, spec), pagesMax: pagesPerRun }
      : { known: readValidator(checkpoint, spec) };
  return { listing: reader.pages(range, signal), watermark: undefined };
}

function beginChanges(
  spec: HttpSourceSpec,
  checkpoint: string | undefined,
  { reader, clock, log }: BeginPorts,
  signal: AbortSignal,
): Filling {
  const watermark = new HttpWatermark(spec, checkpoint);
  const { window, url = '' } = spec;
  const { format } = watermark;
  if (window === undefined || format === undefined) {
    return { listing: reader.pages({ since: watermark.from }, signal), watermark };
  }
  const windows = new WindowedListing({
    spec: window,
    watermark,
    format,
    url,
    open: (range) => reader.pages(range, signal),
    now: () => clock.now(),
    log,
  });
  return { listing: windows, watermark, windows };
}

function feedRange(spec: HttpSourceSpec, checkpoint: string | undefined): Parameters<RestReader['pages']>[0] {
  const { nextPath, nextField, resetStatuses = RESET_STATUSES_DEFAULT } = spec.changes ?? {};
  const place = readPlace(checkpoint, spec);
  if (place === undefined) return { lastValuePath: nextPath };
  const start = nextField === undefined ? { from: place } : { parameter: [nextField, place] as const };
  return { ...start, expiredStatuses: resetStatuses, lastValuePath: nextPath };
}
