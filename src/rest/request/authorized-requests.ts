import type { Clock } from '../../core/time/clock.ts';
import { HTTP_REDIRECTS_MAX } from '../limits.ts';
import type { Logger } from '../../core/log.ts';
import type { RequestQuota } from '../../core/time/request-quota.ts';
import type { DefinitionWords } from '../definition-words.ts';
import { originOf, sameOriginUrl, withoutParameter, withParameters } from './address.ts';
import type { Authorizer, Credentials } from '../authorization/authorizer.ts';
import type { HttpAnswer, HttpRequest } from './client.ts';
import { withOwnSecrets } from './kept-place.ts';
import { ProblemError } from './problems.ts';
import { withoutSecrets, type SentRequest } from './sent-request.ts';

export type Send = (request: HttpRequest, signal: AbortSignal) => Promise<HttpAnswer>;

export interface AuthorizedPorts {
  readonly authorizer: Authorizer;
  /** Called with the address of every request. @throws BridgeError if nothing may be sent there */
  readonly admit: (address: string) => void;
  /** If undefined, the number of requests is not limited. */
  readonly budget: RequestQuota | undefined;
  readonly clock: Clock;
  readonly log: Logger;
  readonly words: DefinitionWords;
  /** Called after each response, also after a redirect or an error. */
  readonly observe?: ((sent: SentRequest) => void) | undefined;
}

interface Followed {
  readonly answer: HttpAnswer;
  /** The address after redirects. */
  readonly url: string;
}

/** Sends requests with the credentials of the definition, also after redirects. */
export class AuthorizedRequests {
  readonly #ports: AuthorizedPorts;

  constructor(ports: AuthorizedPorts) {
    this.#ports = ports;
  }

  /**
   * Sends a request with credentials, and follows redirects. A token can be revoked before it expires, so a refused one is
   * replaced, and the request is sent once more.
   * @param send sends it without following redirects
   * @throws ProblemError for a redirect that must not be followed; the errors of `send`
   */
  async send(request: HttpRequest, signal: AbortSignal, send: Send): Promise<Followed> {
    const { authorizer } = this.#ports;
    const credentials = await authorizer.authorize(signal);
    const first = await this.#followed(request, credentials, signal, send);
    const renewed = first.answer.status === 401 && authorizer.renew(credentials);
    return renewed ? await this.#followed(request, await authorizer.authorize(signal), signal, send) : first;
  }

  async #followed(
    request: HttpRequest,
    credentials: Credentials,
    signal: AbortSignal,
    send: Send,
  ): Promise<Followed> {
    let { url } = request;
    for (let redirects = 0; redirects <= HTTP_REDIRECTS_MAX; redirects++) {
      const answer = await this.#sent({ ...request, url }, credentials, signal, send);
      const location = redirectOf(answer);
      if (location === undefined) return { answer, url };
      url = this.#redirected(request, answer.status, location, url);
    }
    throw new ProblemError({
      code: 'SOURCE_REDIRECT',
      reason: 'redirect loop',
      what: `was redirected more than ${HTTP_REDIRECTS_MAX} times, at last to ${url}`,
      hint: `Correct ${this.#ports.words.at('url')}; a login page in the way also does this.`,
      again: false,
    });
  }

  #redirected({ method }: HttpRequest, status: number, location: string, url: string): string {
    const { authorizer, words } = this.#ports;
    const to = sameOriginUrl(location, url);
    const kept = method === 'GET' || status === 307 || status === 308;
    if (to !== undefined && kept) {
      const { secretParameter } = authorizer;
      // The server repeats the requested address, and the secret is added again later.
      return secretParameter === undefined ? to : withoutParameter(to, secretParameter);
    }
    throw new ProblemError({
      code: 'SOURCE_REDIRECT',
      reason: 'redirect refused',
      what:
        to === undefined
          ? `is redirected to ${originOf(location, url)}, which is another server and is sent no credentials`
          : `is redirected by a ${status}, which would make a GET of it`,
      hint: `If this is right, write the address that it redirects to in ${words.at('url')}.`,
      again: false,
    });
  }

  async #sent(
    request: HttpRequest,
    credentials: Credentials,
    signal: AbortSignal,
    send: Send,
  ): Promise<HttpAnswer> {
    const { authorizer, budget, clock, log, admit, observe } = this.#ports;
    admit(request.url);
    await budget?.take(signal);
    const startedMs = clock.elapsedMs();
    const whole = {
      ...request,
      url: withParameters(withOwnSecrets(request.url, authorizer.secrets), credentials.query),
      headers: { ...request.headers, ...credentials.headers },
    };
    const answer = await send(whole, signal);
    const ms = Math.round(clock.elapsedMs() - startedMs);
    const { status, body } = answer;
    const redact = (text: string) => authorizer.redactor.redact(text);
    log.debug('the API answered', {
      request: redact(`${request.method} ${request.url}`),
      status,
      bytes: body.length,
      ms,
    });
    observe?.(withoutSecrets(request, credentials, answer, ms, redact));
    return answer;
  }
}

function redirectOf({ status, header }: HttpAnswer): string | undefined {
  return [301, 302, 303, 307, 308].includes(status) ? header('location') : undefined;
}
