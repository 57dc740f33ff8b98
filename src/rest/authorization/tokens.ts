import type { OAuthSpec } from '../../definitions/rest/types.ts';
import { OAUTH_SKEW_SECONDS } from '../limits.ts';
import type { DefinitionWords } from '../definition-words.ts';
import { answerProblem } from '../request/answers.ts';
import type { RequestProblem } from '../../net/request-problem.ts';
import { issuingHints } from '../request/problems.ts';
import { clientAuthentication } from './client-authentication.ts';
import { clientCredentials } from './grants/client-credentials.ts';
import type { Grant, GrantPorts, OpenGrant } from './grants/grant.ts';
import { jwtBearer } from './grants/jwt-bearer.ts';
import { password } from './grants/password.ts';
import { refreshToken } from './grants/refresh-token.ts';
import { issuerOf, type Issued, type Issuer } from './issued-credentials.ts';
import {
  issuingAnswer,
  notIssued,
  refusalProblem,
  type IssuingPorts,
  type IssuingRequest,
} from './issuing-request.ts';
import { refusalIn, tokenFields } from './token-answer.ts';

const GRANTS: Readonly<Record<OAuthSpec['grantType'], OpenGrant>> = {
  client_credentials: clientCredentials,
  refresh_token: refreshToken,
  password,
  jwt_bearer: jwtBearer,
};

export type TokenPorts = IssuingPorts & GrantPorts;

/** Opens the access tokens of `oauth`. It sends no request yet. @throws BridgeError SECRET_*, CONNECTOR_INVALID */
export function openTokens(spec: OAuthSpec, ports: TokenPorts): Issuer {
  const client = clientAuthentication(spec, ports.secret, ports.redactor);
  const grant = GRANTS[spec.grantType](spec, ports);
  const { tokenUrl, scopes = [], audience, parameters } = spec;
  const correction = correctionOf(spec, grant, ports.words);
  const request = (): IssuingRequest => ({
    method: 'POST',
    url: tokenUrl,
    headers: {
      accept: 'application/json',
      'content-type': 'application/x-www-form-urlencoded',
      ...client.headers,
    },
    body: new URLSearchParams({
      ...grant.parameters(ports.clock.now()),
      ...client.parameters,
      ...(scopes.length === 0 ? {} : { scope: scopes.join(' ') }),
      ...(audience === undefined ? {} : { audience }),
      // Some providers have a grant type of their own, which is a parameter like any other.
      ...parameters,
    }).toString(),
    wanted: 'token',
    hints: issuingHints(ports.words, 'oauth.tokenUrl', 'the token endpoint of the provider'),
    correction,
  });
  return issuerOf((signal) => requestToken(request(), grant, ports, signal), ports);
}

async function requestToken(
  request: IssuingRequest,
  grant: Grant,
  ports: TokenPorts,
  signal: AbortSignal,
): Promise<Issued> {
  const { clock, redactor, words } = ports;
  const askedMs = clock.elapsedMs();
  const answer = await issuingAnswer(request, ports, signal);
  if (answer.status < 200 || answer.status > 299) {
    const problem = answerProblem(answer, clock.now(), (text) => redactor.redact(text), words);
    // With 400 or 401, a provider reports an unknown client or grant; the request itself is correct.
    const isRefused = answer.status === 400 || answer.status === 401;
    throw notIssued(
      isRefused ? { ...problem, code: 'SOURCE_AUTH_FAILED', hint: request.correction } : problem,
      request,
    );
  }
  const fields = tokenFields(answer.body);
  const text = fields['access_token'];
  const refusal = typeof text === 'string' && text !== '' ? undefined : refusalIn(fields);
  if (refusal !== undefined) throw notIssued(refusalProblem(refusal, ports, request), request);
  if (typeof text !== 'string' || !/^[\x21-\x7e]+$/.test(text))
    throw notIssued(noToken(text, words), request);
  grant.accept?.(fields);
  return {
    headers: { authorization: `Bearer ${text}` },
    text,
    staleMs: askedMs + lifeMs(fields['expires_in']),
  };
}

function noToken(text: unknown, { at }: DefinitionWords): RequestProblem {
  return {
    code: 'SOURCE_ANSWER_INVALID',
    reason: 'no token',
    // The text of the response is not shown, because it may be a token under another name.
    what: `was answered without an access_token${text === undefined ? '' : ' that can be used'}`,
    hint: `Correct ${at('oauth.tokenUrl')}; it must be the token endpoint of the provider.`,
    again: false,
  };
}

function correctionOf({ clientSecretRef }: OAuthSpec, { fields }: Grant, { at }: DefinitionWords): string {
  const client = ['clientId', 'scopes', 'audience', 'parameters'];
  if (clientSecretRef !== undefined) client.push('clientAuthMethod');
  const places = [`${at('oauth')} (${client.join(', ')})`, ...fields];
  if (clientSecretRef !== undefined) places.push('the secret of clientSecretRef');
  return `Correct ${places.join(', or ')}.`;
}

/**
 * Returns how long a token is used. Some providers omit `expires_in`, or send it as a string or as 0: then the token is used
 * until it is refused. A short-lived token is replaced after half of its lifetime, because the clock skew allowance alone would
 * make it expire at once.
 */
function lifeMs(expiresIn: unknown): number {
  const seconds = typeof expiresIn === 'string' && expiresIn.trim() !== '' ? Number(expiresIn) : expiresIn;
  if (typeof seconds !== 'number' || !Number.isFinite(seconds) || seconds <= 0) return Infinity;
  return Math.max(seconds - OAUTH_SKEW_SECONDS, seconds / 2) * 1_000;
}
