import type { RowBatcher } from '../row-batcher.ts';
import { Changes } from './changes.ts';
import type { Page, RecordPages } from '../../rest/listing/page.ts';
import type { Overlap } from '../../rest/listing/overlap.ts';
import type { RecordIds } from './record-id.ts';
import type { RecordRow } from '../../json/record-row.ts';
import { isLaterText, type HttpWatermark } from './watermark.ts';

/** A listing whose records become rows. */
export interface Filling {
  readonly listing: RecordPages;
  readonly watermark: HttpWatermark | undefined;
}

interface FillPorts {
  readonly row: RecordRow;
  readonly rows: RowBatcher;
  readonly ids: RecordIds;
  /** The column of the watermark in a row; -1 if there is none. */
  readonly watermarkColumn: number;
  /** The clock of this machine. */
  readonly now: () => Date;
  readonly signal: AbortSignal;
}

/**
 * Makes rows of all records. A record that occurs again was moved: it is taken once, and the listing is incomplete. If several
 * listings are read as one, a record may be in several of them: it is taken from the first.
 * @returns the number of rows
 */
export async function fillWithAll(
  listing: RecordPages,
  overlap: Overlap,
  { row, rows, ids, signal }: FillPorts,
): Promise<number> {
  let records = 0;
  let pages = 0;
  /** The number of records of the same response on the pages before. */
  let before = 0;
  for await (const page of listing) {
    let fresh = 0;
    let elsewhere = 0;
    if (page.continues !== true) {
      pages++;
      before = 0;
      overlap.turn(page.partition);
    }
    for (const [index, record] of page.records.entries()) {
      while (rows.full) await rows.drained(signal);
      row.load(page.bytes, record.start);
      const id = ids.of(row);
      const judged = id === undefined ? 'new' : overlap.judge(id);
      if (judged === 'moved') listing.moved();
      if (judged === 'elsewhere') elsewhere++;
      if (judged !== 'new') continue;
      rows.foundAt(pages, before + index + 1);
      row.append(rows);
      fresh++;
    }
    before += page.records.length;
    listing.counted(fresh + elsewhere, fresh + elsewhere);
    records += fresh;
  }
  return records;
}

/**
 * Makes rows of the changes, each record in its latest version.
 * @returns false if the listing was requested from a time in the future; no row is made then
 */
export async function fillWithChanges(filling: Filling, ports: FillPorts): Promise<boolean> {
  const { listing, watermark } = filling;
  const { rows, watermarkColumn, now, signal } = ports;
  const changes = new Changes({
    watermarkColumn,
    isLater: (one, other) => watermark?.isLater(one, other) ?? isLaterText(one, other),
  });
  try {
    for await (const page of listing) {
      const present = page.answered ?? now();
      if (watermark?.startedAfter(present) === true) return false;
      changes.turn(page.partition);
      listing.counted(await addPage(page, changes, { watermark, present }, ports), page.records.length);
    }
    for await (const { bytes, start: from, end } of changes.latest()) {
      while (rows.full) await rows.drained(signal);
      rows.startRow(end - from);
      rows.append(bytes, from, end);
      rows.endRow();
    }
  } finally {
    await changes.close();
  }
  if (listing.shifts && changes.identical) listing.moved();
  // A record that moved to a later page lets another record take its place on a page that was already read.
  if (listing.shifts && changes.replaced !== undefined) watermark?.holdAt(changes.replaced);
  return true;
}

/** @returns how many of the page's records occurred for the first time */
async function addPage(
  page: Page,
  changes: Changes,
  { watermark, present }: { watermark: HttpWatermark | undefined; present: Date },
  { row, ids, watermarkColumn }: FillPorts,
): Promise<number> {
  let fresh = 0;
  for (const record of page.records) {
    row.load(page.bytes, record.start);
    const mark = row.text(watermarkColumn);
    if (mark !== undefined) watermark?.see(mark, present);
    if (await changes.add(row, ids.of(row))) fresh++;
  }
  return fresh;
}
