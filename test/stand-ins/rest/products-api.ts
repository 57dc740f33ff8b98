import { text } from 'node:stream/consumers';
import { startHttp } from '../../support/http/local-server.ts';
import type { ReceivedRequest, Reply } from '../../support/http/http-server.ts';

/** How the stand-in lists its products. May be changed while it runs. */
export interface ProductsOptions {
  products: unknown[];
  /** `skip` like DummyJSON, `page` numbers from 1, or a `cursor` after the last product. */
  style: 'skip' | 'page' | 'cursor';
  /** The most products on a page, whatever `limit` says. */
  cap?: number;
  /** Whether the body has the total; true by default, except for pages with numbers. */
  total?: boolean;
  /** Whether cursors are numbers in place of strings. */
  numericCursor?: boolean;
  /** Headers of every response. */
  headers?: Readonly<Record<string, string>>;
  /** Answers 304 if the request has this `If-None-Match`. */
  etag?: string;
  /** Changes the body of a page before it is sent. */
  change?: (body: Record<string, unknown>, request: URL) => unknown;
}

/** An API of products at `/products`. */
export interface ProductsApi {
  readonly url: string;
  readonly received: ReceivedRequest[];
  readonly options: ProductsOptions;
  /** Answers the next requests in place of the listing; undefined lets one through. */
  readonly faults: (Reply | undefined)[];
  close(): Promise<void>;
}

const LIMIT_DEFAULT = 30;

export async function startProducts(options: ProductsOptions): Promise<ProductsApi> {
  const received: ReceivedRequest[] = [];
  const faults: (Reply | undefined)[] = [];
  const { origin, close } = await startHttp((request, response) => {
    void text(request).then((body) => {
      const { method = '', url = '', headers } = request;
      received.push({ method, url, headers, body });
      const fault = faults.shift();
      if (fault !== undefined) {
        fault(response, { method, url, headers, body });
        return;
      }
      const { etag } = options;
      const known = etag !== undefined && headers['if-none-match'] === etag;
      const sent = { 'content-type': 'application/json', ...options.headers, ...(etag && { etag }) };
      if (known) {
        response.writeHead(304, sent).end();
        return;
      }
      response.writeHead(200, sent).end(JSON.stringify(pageOf(options, new URL(url, origin))));
    });
  });
  return { url: `${origin}/products`, received, options, faults, close };
}

function pageOf(options: ProductsOptions, url: URL): unknown {
  const { products, style, cap = Infinity, numericCursor = false, change } = options;
  const limit = Math.min(Number(url.searchParams.get('limit') ?? LIMIT_DEFAULT), cap);
  const start = {
    skip: () => Number(url.searchParams.get('skip') ?? 0),
    page: () => (Number(url.searchParams.get('page') ?? 1) - 1) * limit,
    cursor: () => Number((url.searchParams.get('after') ?? '0').replace(/^c/, '')),
  }[style]();
  const page = products.slice(start, start + limit);
  const end = start + page.length;
  const next = end < products.length ? (numericCursor ? end : `c${end}`) : null;
  const body: Record<string, unknown> = {
    products: page,
    ...(options.total !== false && style !== 'page' && { total: products.length }),
    ...(style === 'skip' && { skip: start, limit }),
    ...(style === 'cursor' && { next }),
  };
  return change === undefined ? body : change(body, url);
}

/** Products with a title and a description of their own. */
export function someProducts(count: number): { id: number; title: string; description: string }[] {
  return Array.from({ length: count }, (_, index) => ({
    id: index + 1,
    title: `Product ${index + 1}`,
    description: `The description of product number ${index + 1}.`,
  }));
}
