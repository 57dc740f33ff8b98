import type { OAuthSpec } from '../../../definitions/rest/types.ts';
import type { Redactor } from '../../../core/secrets/redact.ts';
import type { Logger } from '../../../core/log.ts';
import type { DefinitionWords } from '../../definition-words.ts';

/** The parameters of a token request, by name and not encoded. */
type TokenParameters = Readonly<Record<string, string>>;

/** One way to get access tokens. */
export interface Grant {
  /** Returns the parameters of the next token request, except for those of the client. */
  parameters(now: Date): TokenParameters;
  /** The fields of `oauth` to correct when the endpoint refuses the request. */
  readonly fields: readonly string[];
  /** Called with the members of each response that has an access token. */
  accept?(answer: Readonly<Record<string, unknown>>): void;
}

export interface GrantPorts {
  /** Reads a secret by its ref. @throws BridgeError SECRET_* */
  readonly secret: (ref: string) => string;
  readonly redactor: Redactor;
  readonly log: Logger;
  readonly words: DefinitionWords;
  /** The newest refresh token by the name of the secret with the first one, for providers that replace it with each use. */
  readonly refreshTokens: Map<string, string>;
}

/** @throws BridgeError SECRET_*, CONNECTOR_INVALID */
export type OpenGrant = (spec: OAuthSpec, ports: GrantPorts) => Grant;
