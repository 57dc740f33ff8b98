import type { RequestListener } from 'node:http';
import { text } from 'node:stream/consumers';
import type { Certificates } from '../../support/http/certificates.ts';
import type { ReceivedRequest, Reply } from '../../support/http/http-server.ts';
import { startHttp, startHttps } from '../../support/http/local-server.ts';
import { pageOf, type Style } from './pages.ts';
import type { TokenEndpoint } from './token-endpoint.ts';
import { Validators } from './validators.ts';

export interface RestOptions {
  /** Each as JSON; may be changed while the stand-in runs. */
  readonly records: string[];
  readonly style: Style;
  readonly pageSize?: number;
  /** Whether a request may read; others are answered 401. */
  readonly accepts?: (request: ReceivedRequest) => boolean;
  /** At `/token`. */
  readonly tokens?: TokenEndpoint;
  /** What it gives with an answer, and heeds in a conditional request. */
  readonly validator?: 'etag' | 'last-modified';
  /** With them, the stand-in speaks TLS. */
  readonly certificates?: Certificates;
}

/** An API of records at `/articles`, in any of the usual ways to page, that can be told to misbehave. */
export interface RestStandIn {
  readonly origin: string;
  /** The URL of the listing. */
  readonly url: string;
  /** What came in for the listing, in this order. */
  readonly received: ReceivedRequest[];
  /** Answers the next requests in place of the listing; undefined lets one through. */
  readonly faults: (Reply | undefined)[];
  close(): Promise<void>;
}

export async function startRest(options: RestOptions): Promise<RestStandIn> {
  const received: ReceivedRequest[] = [];
  const faults: (Reply | undefined)[] = [];
  const validators = new Validators();
  let origin = '';
  const listener: RequestListener = (request, response) => {
    void text(request).then((body) => {
      const { method = '', url = '', headers } = request;
      const whole = { method, url, headers, body };
      const json = (status: number, content: string, more: Readonly<Record<string, string>> = {}) => {
        response.writeHead(status, { 'content-type': 'application/json', ...more });
        response.end(content);
      };
      if (url === '/token' && options.tokens !== undefined) {
        const answer = options.tokens.answer(whole);
        json(answer.status, JSON.stringify(answer.body));
        return;
      }
      received.push(whole);
      const fault = faults.shift();
      if (fault !== undefined) {
        fault(response, whole);
        return;
      }
      const accepts = options.accepts?.(whole) ?? options.tokens?.accepts(whole) ?? true;
      if (!accepts) {
        json(401, '{"message":"Bad credentials"}');
        return;
      }
      const { records, style, pageSize = 100 } = options;
      const page = pageOf(whole, { records, style, pageSize, origin });
      const tagged = validators.of(page.body, options.validator);
      if (validators.isKnown(whole, tagged)) {
        response.writeHead(304, tagged).end();
        return;
      }
      json(page.status ?? 200, page.body, { ...page.headers, ...tagged });
    });
  };
  const { certificates } = options;
  const server = await (certificates === undefined
    ? startHttp(listener)
    : startHttps(certificates, listener));
  origin = server.origin;
  return { origin, url: `${origin}/articles`, received, faults, close: server.close };
}
