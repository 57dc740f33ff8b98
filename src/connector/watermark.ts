import { BridgeError } from '../core/errors.ts';
import { splitSql, type SqlDialect } from './sql-text.ts';

/** Not after a colon (`::watermark` is a cast) and not the start of a longer name. */
const WATERMARK = /(?<!:):watermark(?![\p{L}\p{N}_$])/giu;

/** Whether the query asks for changes only: it has `:watermark` outside of quotes and comments. */
export function isDeltaQuery(query: string, dialect: SqlDialect): boolean {
  return splitSql(query, dialect).some((piece) => piece.kind === 'code' && mentionsWatermark(piece.text));
}

/** Whether a text that is not SQL, such as a URL, contains `:watermark`. */
export function mentionsWatermark(text: string): boolean {
  return text.search(WATERMARK) !== -1;
}

/** Replaces each `:watermark` in a text that is not SQL. */
export function bindWatermarkText(text: string, value: string): string {
  return text.replaceAll(WATERMARK, () => value);
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

export type WatermarkLag = { readonly seconds: number } | { readonly steps: number };

const SECONDS = new Map([
  ['s', 1],
  ['m', 60],
  ['h', 3_600],
  ['d', 86_400],
]);

/**
 * How far before the checkpoint a delta query reads again: `90s`, `5m`, `2h`, `1d` in seconds, a number in steps of the
 * watermark. Undefined stays undefined, for the source to take its default.
 * @throws BridgeError CONNECTOR_INVALID for anything else; the schema refuses it before.
 */
export function parseWatermarkLag(lag: string | number | undefined): WatermarkLag | undefined {
  if (lag === undefined) return undefined;
  if (typeof lag === 'number') {
    if (Number.isSafeInteger(lag) && lag >= 0) return { steps: lag };
  } else {
    const [, amount, unit] = /^(\d{1,6})([smhd])$/.exec(lag) ?? [];
    const seconds = SECONDS.get(unit ?? '');
    if (seconds !== undefined) return { seconds: Number(amount) * seconds };
  }
  throw new BridgeError(
    'CONNECTOR_INVALID',
    `source.watermarkLag is ${JSON.stringify(lag)}, which is no lag.`,
    {
      hint: 'Write 90s, 5m, 2h or 1d, or a whole number for a watermark that counts.',
    },
  );
}
