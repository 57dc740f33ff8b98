/** Headers of a response that say something about its format, its pages, its limits or its credentials. */
const HEADERS = [
  'content-type',
  'content-encoding',
  'link',
  'location',
  'etag',
  'last-modified',
  'retry-after',
  'www-authenticate',
  'x-total-count',
  'x-total',
  'x-total-pages',
  'x-next-page',
  'x-wp-total',
  'x-wp-totalpages',
  'x-ratelimit-limit',
  'x-ratelimit-remaining',
  'x-ratelimit-reset',
  'ratelimit',
  'ratelimit-limit',
  'ratelimit-remaining',
  'ratelimit-reset',
];

export function shownHeaders(
  header: (name: string) => string | undefined,
  shown: (text: string) => string,
): Record<string, string> {
  return Object.fromEntries(
    HEADERS.flatMap((name) => {
      const value = header(name);
      return value === undefined ? [] : [[name, shown(value)]];
    }),
  );
}
