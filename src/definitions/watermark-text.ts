/** Not after a colon (`::watermark` is a cast) and not the start of a longer name. */
export const WATERMARK = /(?<!:):watermark(?![\p{L}\p{N}_$])/giu;

/** Whether a text that is not SQL, such as a URL, contains `:watermark`. */
export function mentionsWatermark(text: string): boolean {
  return text.search(WATERMARK) !== -1;
}

/** Replaces each `:watermark` in a text that is not SQL. */
export function bindWatermarkText(text: string, value: string): string {
  return text.replaceAll(WATERMARK, () => value);
}
