import { BridgeError } from '../../core/errors.ts';
import type { Logger } from '../../core/log.ts';
import { sleep } from '../../core/retry.ts';
import type { Redactor } from '../../core/secrets/redact.ts';
import type { Clock } from '../../core/time/clock.ts';
import { GITHUB_READ_RETRIES } from '../limits.ts';
import { GithubClient, type GithubAnswer, type GithubRequest } from './client.ts';
import { Authorization, type InstallationToken } from './credentials.ts';
import { failure, GithubError, refusal } from './failures.ts';
import { AnswerFormError, textAt } from './fields.ts';
import type { GithubSettings } from './settings.ts';

/** The request of an app for the token of its installation. */
const SIGN_IN = 'POST /app/installations/{installation}/access_tokens';

export interface GithubContext {
  readonly settings: GithubSettings;
  readonly clock: Clock;
  readonly log: Pick<Logger, 'debug'>;
  readonly redactor: Pick<Redactor, 'addToken' | 'redact'>;
  /** Before a request that reads is repeated. */
  readonly retryMs: number;
}

/** Requests to one repository, with credentials; every response that is not expected is an error with its own sentence. */
export class GithubApi {
  readonly repository: string;
  readonly #context: GithubContext;
  readonly #client: GithubClient;
  readonly #authorization: Authorization;

  /** @throws BridgeError ENVIRONMENT_INVALID for a proxy that is not an address */
  constructor(context: GithubContext) {
    const { owner, name } = context.settings;
    this.repository = `${owner}/${name}`;
    this.#context = context;
    this.#client = new GithubClient(context.settings);
    this.#authorization = new Authorization(
      context.settings,
      context.clock,
      (jwt, app, signal) => this.#installationToken(jwt, app.installationId, signal),
      (token) => {
        context.redactor.addToken(token);
      },
    );
  }

  get owner(): string {
    return this.#context.settings.owner;
  }

  get signsInAs(): 'token' | 'app' {
    return this.#context.settings.credentials.kind;
  }

  /**
   * Sends a request below `/repos/OWNER/NAME`, and reads its response.
   * @param expected further statuses that `read` gets; 2xx are always expected
   * @throws BridgeError GITHUB_*
   */
  async call<Result>(
    request: GithubRequest,
    read: (answer: GithubAnswer) => Result,
    signal: AbortSignal,
    expected: readonly number[] = [],
  ): Promise<Result> {
    const [method = '', path = ''] = request.route.split(' ');
    const route = `${method} /repos/{owner}/{repo}${path === '/' ? '' : path}` as GithubRequest['route'];
    const { owner, name } = this.#context.settings;
    const parameters = { owner, repo: name, ...request.parameters };
    return this.#attempt({ ...request, route, parameters }, read, signal, expected);
  }

  /** Closes all connections at once. May be called twice. */
  async close(): Promise<void> {
    await this.#client.close();
  }

  async #attempt<Result>(
    request: GithubRequest,
    read: (answer: GithubAnswer) => Result,
    signal: AbortSignal,
    expected: readonly number[],
  ): Promise<Result> {
    const isRead = request.route.startsWith('GET ');
    for (let attempt = 0; ; attempt++) {
      let isNew = true;
      try {
        const authorization = await this.#authorization.value(signal);
        ({ isNew } = authorization);
        return await this.#once(request, authorization.value, read, signal, expected);
      } catch (thrown) {
        if (!(thrown instanceof GithubError)) throw thrown;
        const isRefused = thrown.status === 401;
        if (isRefused) this.#authorization.forget();
        // A token of an installation can be revoked before it expires; a refused request had no effect.
        if (isRefused && !isNew) continue;
        if (!isRead || !thrown.isUnclear || attempt >= GITHUB_READ_RETRIES) throw thrown;
        await sleep(this.#context.retryMs, signal);
      }
    }
  }

  async #once<Result>(
    request: GithubRequest,
    authorization: string,
    read: (answer: GithubAnswer) => Result,
    signal: AbortSignal,
    expected: readonly number[],
  ): Promise<Result> {
    const { redactor, clock, log } = this.#context;
    const asked = {
      name: nameOf(request),
      repository: this.repository,
      signsInAs: this.signsInAs,
      isSignIn: request.route === SIGN_IN,
      redact: (text: string) => redactor.redact(text),
      now: clock.now(),
    };
    let answer: GithubAnswer;
    try {
      answer = await this.#client.send(request, authorization, signal);
    } catch (thrown) {
      signal.throwIfAborted();
      if (thrown instanceof BridgeError) throw thrown;
      throw failure(thrown, asked);
    }
    log.debug('GitHub answered', { request: asked.name, status: answer.status });
    const isExpected = (answer.status >= 200 && answer.status < 300) || expected.includes(answer.status);
    if (!isExpected) throw refusal(answer, asked);
    try {
      return read(answer);
    } catch (thrown) {
      if (!(thrown instanceof AnswerFormError)) throw thrown;
      throw new GithubError('GITHUB_REFUSED', `The response to ${asked.name} ${thrown.message}.`, {
        hint: 'Check that GITHUB_API_URL is the address of the API of GitHub, such as https://HOST/api/v3.',
        status: answer.status,
        words: '',
      });
    }
  }

  #installationToken(jwt: string, installation: string, signal: AbortSignal): Promise<InstallationToken> {
    const request: GithubRequest = {
      route: SIGN_IN,
      parameters: {
        installation,
        repositories: [this.#context.settings.name],
        permissions: { contents: 'write', pull_requests: 'write', metadata: 'read' },
      },
    };
    const read = ({ data }: GithubAnswer) => ({
      token: textAt(data, 'token'),
      expiresMs: Date.parse(textAt(data, 'expires_at')),
    });
    return this.#once(request, jwt, read, signal, []);
  }
}

/** `GET /repos/o/r/git/ref/heads/main`, for messages. */
function nameOf({ route, parameters = {} }: GithubRequest): string {
  return route.replaceAll(/\{(?<key>\w+)\}/g, (_whole, key: string) => {
    const value = parameters[key];
    return typeof value === 'string' || typeof value === 'number' ? String(value) : key;
  });
}
