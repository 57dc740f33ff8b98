import { BridgeError } from '../../core/errors.ts';
import { WATERMARK_LAG_DEFAULT_SECONDS, WATERMARK_LAG_DEFAULT_STEPS } from '../limits.ts';
import { mentionsWatermark, WATERMARK } from '../watermark-text.ts';
import { splitSql, type SqlDialect } from './sql/sql-text.ts';

/** Whether the query only requests changes: it has `:watermark` outside of quotes and comments. */
export function isDeltaQuery(query: string, dialect: SqlDialect): boolean {
  return splitSql(query, dialect).some((piece) => piece.kind === 'code' && mentionsWatermark(piece.text));
}

/**
 * Replaces each `:watermark` outside of quotes and comments by the driver's own placeholder.
 * @param placeholder gets the number of the occurrence, from 1; a driver that binds by number may ignore it.
 */
export function bindWatermark(
  query: string,
  dialect: SqlDialect,
  placeholder: (occurrence: number) => string,
): string {
  let occurrence = 0;
  return splitSql(query, dialect)
    .map((piece) =>
      piece.kind === 'code'
        ? piece.text.replaceAll(WATERMARK, () => placeholder((occurrence += 1)))
        : piece.text,
    )
    .join('');
}

/** The unit of a watermark; `none` for text and bytes, which can be compared but not subtracted from. */
export type WatermarkUnit = 'seconds' | 'steps' | 'none';

const SECONDS = new Map([
  ['s', 1],
  ['m', 60],
  ['h', 3_600],
  ['d', 86_400],
]);

/**
 * How far before the checkpoint a delta query reads again, in the unit of its watermark: `90s`, `5m`, `2h`, `1d` for a watermark
 * in time, a whole number for one that counts, and `0` for either.
 * @param field the watermark's column, for the message
 * @returns 0 for the unit `none`
 * @throws BridgeError CONNECTOR_INVALID for a lag in another unit
 */
export function watermarkLagIn(unit: WatermarkUnit, lag: string | number | undefined, field: string): number {
  if (lag === undefined) return LAG_DEFAULTS[unit];
  if (lag === 0) return 0;
  if (unit === 'none')
    throw unfit(lag, `${field} is text, from which nothing can be subtracted`, 'Remove it.');
  if (unit === 'steps') {
    if (typeof lag === 'number' && Number.isSafeInteger(lag) && lag >= 0) return lag;
    throw unfit(lag, `${field} is a number`, 'Write a whole number, such as 1000.');
  }
  const [, amount, letter] = /^(\d{1,6})([smhd])$/.exec(String(lag)) ?? [];
  const seconds = SECONDS.get(letter ?? '');
  if (seconds !== undefined) return Number(amount) * seconds;
  throw unfit(
    lag,
    `${field} is a time`,
    `Write ${typeof lag === 'number' ? `${lag}s` : '90s, 5m, 2h or 1d'}.`,
  );
}

const LAG_DEFAULTS: Readonly<Record<WatermarkUnit, number>> = {
  seconds: WATERMARK_LAG_DEFAULT_SECONDS,
  steps: WATERMARK_LAG_DEFAULT_STEPS,
  none: 0,
};

function unfit(lag: string | number, why: string, hint: string): BridgeError {
  return new BridgeError(
    'CONNECTOR_INVALID',
    `spec.source.watermarkLag is ${JSON.stringify(lag)}, but the watermark ${why}.`,
    { hint },
  );
}
