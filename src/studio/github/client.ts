import type { Octokit } from '@octokit/core';
import { Client } from '../../net/client.ts';
import { readWholeBody } from '../../net/response-body.ts';
import { asError, propertyOf } from '../../core/thrown.ts';
import { withDeadline } from '../../core/time/deadline.ts';
import {
  GITHUB_ANSWER_BYTES_MAX,
  GITHUB_CONNECT_SECONDS,
  GITHUB_REDIRECTS_MAX,
  GITHUB_REQUEST_SECONDS_MAX,
} from '../limits.ts';
import type { GithubSettings } from './settings.ts';

/** A request in the form of GitHub's documentation: `GET /repos/{owner}/{repo}/git/ref/{ref}` and its parameters. */
export interface GithubRequest {
  readonly route: `${'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE'} /${string}`;
  readonly parameters?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A response of any status. */
export interface GithubAnswer {
  readonly status: number;
  readonly header: (name: string) => string | undefined;
  /** Parsed if it is JSON; it is not checked. */
  readonly data: unknown;
}

/** The API redirects a write, or to another origin, so the request was not sent there. */
export class RedirectRefusedError extends Error {
  override readonly name = 'RedirectRefusedError';
}

type Method = 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
const METHODS: ReadonlySet<string> = new Set<Method>(['GET', 'POST', 'PATCH', 'PUT', 'DELETE']);
const isMethod = (text: string): text is Method => METHODS.has(text);
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 307, 308]);

/** Sends requests to GitHub, each once. The library is loaded with the first request. */
export class GithubClient {
  readonly #settings: GithubSettings;
  readonly #client: Client;
  #octokit: Promise<Octokit> | undefined;

  /** @throws BridgeError ENVIRONMENT_INVALID for a proxy that is not an address */
  constructor(settings: GithubSettings) {
    this.#settings = settings;
    this.#client = new Client(settings.proxy, {
      connectMs: GITHUB_CONNECT_SECONDS * 1_000,
      ...(settings.ca !== undefined && { tls: { ca: Buffer.from(settings.ca) } }),
    });
  }

  /**
   * @param authorization the value of the header; it is sent to the origin of the settings only
   * @throws RedirectRefusedError, BodyError, DeadlineError, and errors of undici and zlib
   */
  async send(
    { route, parameters = {}, headers = {} }: GithubRequest,
    authorization: string,
    signal: AbortSignal,
  ): Promise<GithubAnswer> {
    this.#octokit ??= this.#load();
    const octokit = await this.#octokit;
    let failure: unknown;
    let answer: GithubAnswer | undefined;
    return withDeadline(GITHUB_REQUEST_SECONDS_MAX, signal, async (limited) => {
      const exchange = async (url: unknown, init: unknown) => {
        try {
          const received = await this.#exchange(url, init, authorization, limited);
          answer = { status: received.status, header: received.header, data: undefined };
          return new Response(bodyAllowed(received.status) ? received.body : null, {
            status: received.status,
            headers: { 'content-type': received.header('content-type') ?? 'application/json' },
          });
        } catch (thrown) {
          failure = thrown;
          throw thrown;
        }
      };
      try {
        const received: { readonly data: unknown } = await octokit.request(route, {
          ...parameters,
          headers: {
            accept: 'application/vnd.github+json',
            'x-github-api-version': '2022-11-28',
            ...headers,
          },
          request: { fetch: exchange, signal: limited },
        });
        return completed(answer, received.data);
      } catch (thrown) {
        if (failure !== undefined) throw asError(failure);
        return completed(answer, propertyOf(propertyOf(thrown, 'response'), 'data'), thrown);
      }
    });
  }

  /** Closes all connections at once. May be called twice. */
  async close(): Promise<void> {
    await this.#client.close();
  }

  async #load(): Promise<Octokit> {
    const { Octokit: Library } = await import('@octokit/core');
    const silent = () => undefined;
    return new Library({
      baseUrl: this.#settings.apiUrl,
      userAgent: 'gemini-sync-bridge',
      log: { debug: silent, info: silent, warn: silent, error: silent },
    });
  }

  /** Sends one request, and follows redirects only for a request that reads and on the same origin. */
  async #exchange(url: unknown, init: unknown, authorization: string, signal: AbortSignal) {
    const method = propertyOf(init, 'method');
    const body = propertyOf(init, 'body');
    const given = propertyOf(init, 'headers');
    if (typeof url !== 'string' || typeof method !== 'string' || !isMethod(method)) {
      throw new TypeError('The library made a request of another form.');
    }
    const headers = { ...textHeaders(given), 'accept-encoding': 'gzip', authorization };
    let target = url;
    for (let redirects = 0; ; redirects++) {
      if (new URL(target).origin !== new URL(this.#settings.apiUrl).origin)
        throw new RedirectRefusedError(target);
      const answer = await this.#client.send(
        { method, url: target, headers, body: typeof body === 'string' ? body : undefined },
        signal,
      );
      const encoding = answer.header('content-encoding');
      const length = answer.header('content-length');
      const bytes = await readWholeBody(answer.body, encoding, GITHUB_ANSWER_BYTES_MAX, length);
      const received = { status: answer.status, header: answer.header, body: new Uint8Array(bytes) };
      if (!REDIRECTS.has(answer.status)) return received;
      const next = redirectTarget(answer.header('location'), target);
      if (method !== 'GET' || redirects >= GITHUB_REDIRECTS_MAX) throw new RedirectRefusedError(next);
      target = next;
    }
  }
}

/** The library throws for every status from 400 on, and for 304. */
function completed(answer: GithubAnswer | undefined, data: unknown, thrown?: unknown): GithubAnswer {
  if (answer === undefined) throw asError(thrown);
  return { ...answer, data };
}

function bodyAllowed(status: number): boolean {
  return ![204, 205, 304].includes(status);
}

function redirectTarget(location: string | undefined, from: string): string {
  return location !== undefined && URL.canParse(location, from) ? new URL(location, from).href : '';
}

function textHeaders(given: unknown): Record<string, string> {
  const entries = typeof given === 'object' && given !== null ? Object.entries(given) : [];
  return Object.fromEntries(
    entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}
