import type { ReceivedRequest } from '../../support/http/http-server.ts';

export interface TokenOptions {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly method: 'client_secret_basic' | 'client_secret_post';
  /** Left out when undefined; providers write all sorts of things. */
  readonly expiresIn?: unknown;
}

/** An OAuth token endpoint for client credentials, as RFC 6749 describes it. */
export class TokenEndpoint {
  /** The forms of the requests, in order. */
  readonly asked: Record<string, string>[] = [];
  readonly #options: TokenOptions;
  #valid = '';

  constructor(options: TokenOptions) {
    this.#options = options;
  }

  /** The token given out last, unless it was withdrawn. */
  accepts({ headers }: ReceivedRequest): boolean {
    return this.#valid !== '' && headers.authorization === `Bearer ${this.#valid}`;
  }

  withdraw(): void {
    this.#valid = '';
  }

  answer(request: ReceivedRequest): { status: number; body: unknown } {
    const form = Object.fromEntries(new URLSearchParams(request.body));
    this.asked.push(form);
    const { expiresIn } = this.#options;
    if (!this.#knows(request, form)) {
      return { status: 401, body: { error: 'invalid_client', error_description: 'Who are you?' } };
    }
    if (form['grant_type'] !== 'client_credentials')
      return { status: 400, body: { error: 'unsupported_grant_type' } };
    this.#valid = `token-${this.asked.length}`;
    const life = expiresIn === undefined ? {} : { expires_in: expiresIn };
    return { status: 200, body: { access_token: this.#valid, token_type: 'Bearer', ...life } };
  }

  #knows({ headers }: ReceivedRequest, form: Readonly<Record<string, string>>): boolean {
    const { clientId, clientSecret, method } = this.#options;
    if (method === 'client_secret_post') {
      return form['client_id'] === clientId && form['client_secret'] === clientSecret;
    }
    const [, encoded = ''] = /^Basic (.+)$/.exec(headers.authorization ?? '') ?? [];
    const [id = '', secret = ''] = Buffer.from(encoded, 'base64').toString().split(':').map(formDecoded);
    return id === clientId && secret === clientSecret;
  }
}

function formDecoded(text: string): string {
  return decodeURIComponent(text.replaceAll('+', ' '));
}
