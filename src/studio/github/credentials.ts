import { createPrivateKey, sign } from 'node:crypto';
import type { Clock } from '../../core/time/clock.ts';
import { GITHUB_JWT_SECONDS, GITHUB_TOKEN_MARGIN_SECONDS } from '../limits.ts';
import type { GithubCredentials, GithubSettings } from './settings.ts';

/** A token of an installation, and when it expires in milliseconds since 1970. */
export interface InstallationToken {
  readonly token: string;
  readonly expiresMs: number;
}

/** Requests the token of an installation. @param jwt the authorization of the app itself */
export type RequestToken = (
  jwt: string,
  app: Extract<GithubCredentials, { kind: 'app' }>,
  signal: AbortSignal,
) => Promise<InstallationToken>;

/** The value of the `Authorization` header; the token of an installation is used until shortly before it expires. */
export class Authorization {
  readonly #credentials: GithubCredentials;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #request: RequestToken;
  readonly #addToken: (token: string) => void;
  #cached: InstallationToken | undefined;

  constructor(
    { credentials }: Pick<GithubSettings, 'credentials'>,
    clock: Pick<Clock, 'now'>,
    request: RequestToken,
    addToken: (token: string) => void,
  ) {
    this.#credentials = credentials;
    this.#clock = clock;
    this.#request = request;
    this.#addToken = addToken;
  }

  /** @returns the value of the header; `isNew`: no other value can be had */
  async value(signal: AbortSignal): Promise<{ readonly value: string; readonly isNew: boolean }> {
    if (this.#credentials.kind === 'token') {
      return { value: `Bearer ${this.#credentials.token}`, isNew: true };
    }
    const nowMs = this.#clock.now().getTime();
    const known = this.#cached;
    // A time that cannot be read counts as one that has passed.
    if (known !== undefined && known.expiresMs - nowMs >= GITHUB_TOKEN_MARGIN_SECONDS * 1_000) {
      return { value: `Bearer ${known.token}`, isNew: false };
    }
    const jwt = appJwt(this.#credentials, nowMs);
    this.#addToken(jwt);
    this.#cached = await this.#request(`Bearer ${jwt}`, this.#credentials, signal);
    this.#addToken(this.#cached.token);
    return { value: `Bearer ${this.#cached.token}`, isNew: true };
  }

  /** Forgets the token of the installation, because GitHub refused it. */
  forget(): void {
    this.#cached = undefined;
  }
}

/** The JWT of an app. It begins a minute ago, because the clocks of this machine and of GitHub differ. */
function appJwt({ appId, privateKey }: Extract<GithubCredentials, { kind: 'app' }>, nowMs: number): string {
  const seconds = Math.floor(nowMs / 1_000);
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
  const claims = { iat: seconds - 60, exp: seconds + GITHUB_JWT_SECONDS, iss: appId };
  const signed = `${encode({ alg: 'RS256', typ: 'JWT' })}.${encode(claims)}`;
  const signature = sign('RSA-SHA256', Buffer.from(signed), createPrivateKey(privateKey));
  return `${signed}.${signature.toString('base64url')}`;
}
