import type { ReceivedRequest } from '../../support/http/http-server.ts';

/** How the stand-in divides its records, and says where the next page is. */
export type Style =
  | 'whole'
  | 'cursor'
  | 'cursor_header'
  | 'next_url'
  | 'link_header'
  | 'page'
  | 'page_total'
  | 'offset'
  | 'offset_total'
  | 'page_total_header'
  | 'page_count_header'
  | 'page_ends_with_404'
  | 'always_next';

export interface PageOfApi {
  /** Default: 200. */
  readonly status?: number;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

interface Listed {
  /** Each as JSON. */
  readonly records: readonly string[];
  readonly style: Style;
  readonly pageSize: number;
  /** Where the stand-in is, for links. */
  readonly origin: string;
}

/** One page, as the request asks for it: by its query, or by its JSON body. */
export function pageOf({ url, body, method }: ReceivedRequest, listed: Listed): PageOfApi {
  const { records, style, pageSize, origin } = listed;
  const address = new URL(url, origin);
  const payload = method === 'POST' && body !== '' ? (JSON.parse(body) as Record<string, unknown>) : {};
  const asked = (name: string): string | undefined => {
    const value = payload[name] ?? address.searchParams.get(name) ?? undefined;
    return value === undefined || typeof value === 'string' ? value : JSON.stringify(value);
  };
  const from = startOf(style, asked, pageSize);
  const page = records.slice(from, style === 'whole' ? undefined : from + pageSize);
  const behind = from + page.length;
  const more = behind < records.length;
  const data = `"data":[${page.join(',')}]`;
  const next = (): string => {
    address.searchParams.set('after', String(behind));
    return address.href;
  };
  switch (style) {
    case 'whole':
      return { body: `[${page.join(',')}]`, headers: {} };
    case 'cursor':
      return { body: `{${data},"meta":{"next_cursor":${more ? `"c${behind}"` : 'null'}}}`, headers: {} };
    case 'cursor_header':
      return { body: `{${data}}`, headers: more ? { 'x-next-cursor': `c${behind}` } : {} };
    case 'next_url':
      return { body: `{${data},"links":{"next":${more ? JSON.stringify(next()) : 'null'}}}`, headers: {} };
    case 'link_header':
      return {
        body: `{${data}}`,
        headers: more ? { link: `<${address.origin}/>; rel="first", <${next()}>; rel="next"` } : {},
      };
    case 'page':
    case 'offset':
      return { body: `{${data}}`, headers: {} };
    case 'page_total':
      return { body: `{${data},"pages":${Math.ceil(records.length / pageSize)}}`, headers: {} };
    case 'page_total_header':
      return {
        body: `{${data}}`,
        headers: { 'x-total-pages': String(Math.ceil(records.length / pageSize)) },
      };
    case 'page_count_header':
      return { body: `{${data}}`, headers: { 'x-total-count': String(records.length) } };
    case 'page_ends_with_404':
      return from > 0 && page.length === 0
        ? { status: 404, body: '{"detail":"Invalid page."}', headers: {} }
        : { body: `{${data}}`, headers: {} };
    case 'always_next':
      return { body: `{${data},"links":{"next":${JSON.stringify(next())}},"end":"${!more}"}`, headers: {} };
    case 'offset_total':
      return { body: `{${data},"total":${records.length}}`, headers: {} };
  }
}

function startOf(style: Style, asked: (name: string) => string | undefined, pageSize: number): number {
  switch (style) {
    case 'whole':
      return 0;
    case 'cursor':
    case 'cursor_header':
      return Number(asked('cursor')?.slice(1) ?? 0);
    case 'next_url':
    case 'link_header':
    case 'always_next':
      return Number(asked('after') ?? 0);
    case 'page':
    case 'page_total':
    case 'page_total_header':
    case 'page_count_header':
    case 'page_ends_with_404':
      return (Number(asked('page') ?? 1) - 1) * pageSize;
    case 'offset':
    case 'offset_total':
      return Number(asked('offset') ?? 0);
  }
}
