import type { Reply } from './http-server.ts';

type Disturbance = { readonly reply: Reply } | { readonly then: () => void };

/** An API in which something happens at chosen requests. Requests for tokens are not counted. */
export class DisturbedApi {
  readonly #api: Reply;
  #count = 0;
  #at = new Map<number, Disturbance>();
  /** Replies to all later requests from the one with this number on. */
  #from: { readonly request: number; readonly reply: Reply } | undefined;

  constructor(api: Reply) {
    this.#api = api;
  }

  /** Ends all disturbances, and counts from 1 again. */
  reset(): void {
    this.#count = 0;
    this.#at.clear();
    this.#from = undefined;
  }

  /** Gives this reply once, in place of that of the API. */
  replyOnce(request: number, reply: Reply): void {
    this.#at.set(request, { reply });
  }

  replyFrom(request: number, reply: Reply): void {
    this.#from = { request, reply };
  }

  /** Does something after the API has replied. */
  after(request: number, then: () => void): void {
    this.#at.set(request, { then });
  }

  /** The number of requests since the last reset. */
  get requests(): number {
    return this.#count;
  }

  readonly reply: Reply = (response, request) => {
    if (request.url.split('?')[0]?.endsWith('/token') === true) {
      this.#api(response, request);
      return;
    }
    this.#count++;
    const disturbance = this.#at.get(this.#count);
    if (disturbance !== undefined && 'reply' in disturbance) {
      disturbance.reply(response, request);
      return;
    }
    if (this.#from !== undefined && this.#count >= this.#from.request) {
      this.#from.reply(response, request);
      return;
    }
    this.#api(response, request);
    disturbance?.then();
  };
}

/** The beginning of a body whose length is announced, and then the end of the connection. */
export const cutOff =
  (mediaType = 'application/json'): Reply =>
  (response) => {
    response.writeHead(200, { 'content-type': mediaType, 'content-length': '1000' });
    response.write('\n', () => {
      response.destroy();
    });
  };
