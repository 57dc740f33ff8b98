/** Not after a colon (`::watermark` is a cast) and not the start of a longer name. */
export const WATERMARK = /(?<!:):watermark(?![\p{L}\p{N}_$])/giu;

/** The end of a window; only in a request. */
const UNTIL = /(?<!:):until(?![\p{L}\p{N}_$])/giu;

/** The texts that replace `:watermark` and `:until`; an absent one replaces nothing. */
export interface WatermarkTexts {
  readonly since?: string | undefined;
  readonly until?: string | undefined;
}

/** Whether a text that is not SQL, such as a URL, contains `:watermark`. */
export function mentionsWatermark(text: string): boolean {
  return text.search(WATERMARK) !== -1;
}

/** Whether a text that is not SQL contains `:until`. */
export function mentionsUntil(text: string): boolean {
  return text.search(UNTIL) !== -1;
}

/** Replaces each `:watermark` and `:until` in a text that is not SQL. */
export function bindWatermarkTexts(text: string, { since, until }: WatermarkTexts): string {
  const bound = until === undefined ? text : text.replaceAll(UNTIL, () => until);
  return since === undefined ? bound : bound.replaceAll(WATERMARK, () => since);
}
