import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { startHttp } from './local-server.ts';

/** A request as it came in, whole. */
export interface ReceivedRequest {
  readonly method: string;
  /** With the query. */
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export type Reply = (response: ServerResponse, request: ReceivedRequest) => void;

/** A real HTTP server on 127.0.0.1 that answers what a test tells it. */
export interface TestServer {
  readonly url: string;
  /** What came in, in this order. */
  readonly received: ReceivedRequest[];
  close(): Promise<void>;
}

/** Answers the first request with the first reply, and so on; the last reply again and again. */
export async function startServer(...replies: readonly Reply[]): Promise<TestServer> {
  const received: ReceivedRequest[] = [];
  const { origin, close } = await startHttp((request, response) => {
    void text(request).then((body) => {
      const { method = '', url = '', headers } = request;
      const whole = { method, url, headers, body };
      const reply = replies[Math.min(received.length, replies.length - 1)];
      received.push(whole);
      if (reply === undefined) throw new Error('The test has no reply.');
      reply(response, whole);
    });
  });
  return { url: origin, received, close };
}

/** An answer with JSON in it. */
export const json =
  (status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): Reply =>
  (response) => {
    response.writeHead(status, { 'content-type': 'application/json; charset=UTF-8', ...headers });
    response.end(JSON.stringify(value));
  };

/** An answer with anything in it. */
export const raw =
  (status: number, body: string, headers: Readonly<Record<string, string>> = {}): Reply =>
  (response) => {
    response.writeHead(status, headers);
    response.end(body);
  };

/** A refusal in the form of Google's APIs. */
export const refusal = (
  code: number,
  status: string,
  message: string,
  { headers = {}, details = [] }: { headers?: Readonly<Record<string, string>>; details?: unknown[] } = {},
): Reply => json(code, { error: { code, status, message, details } }, headers);

/** The connection breaks after the request came in. */
export const drop: Reply = (response) => {
  response.destroy();
};

/** No answer, ever. */
export const hang: Reply = () => undefined;
