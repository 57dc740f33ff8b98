import type { LoginSpec } from '../../definitions/rest/types.ts';
import { checkJson } from '../../json/check.ts';
import { withoutRoot } from '../../core/text/field-path.ts';
import { plainText, valueAtPath } from '../../json/path.ts';
import { JsonTextError } from '../../json/tokens.ts';
import { LOGIN_COOKIES_CHARACTERS_MAX } from '../limits.ts';
import { answerProblem, isHtml } from '../request/answers.ts';
import type { HttpAnswer } from '../request/client.ts';
import type { RequestProblem } from '../../net/request-problem.ts';
import { issuingHints } from '../request/problems.ts';
import { cookiesIn } from './cookies.ts';
import { issuerOf, type Issued, type Issuer } from './issued-credentials.ts';
import {
  issuingAnswer,
  notIssued,
  refusalProblem,
  type IssuingPorts,
  type IssuingRequest,
} from './issuing-request.ts';
import { refusalIn, tokenFields } from './token-answer.ts';
import { usable } from './usable-secret.ts';

const CONTENT_TYPES = { json: 'application/json', form: 'application/x-www-form-urlencoded' } as const;
/** A shorter cookie value, such as a language, occurs in ordinary text. */
const SECRET_COOKIE_LENGTH_MIN = 8;

interface SessionPorts extends IssuingPorts {
  /** Reads a secret by its ref. */
  readonly secret: (ref: string) => string;
}

/** Opens the sessions of `login`. It sends no request yet. @throws BridgeError SECRET_* */
export function openSession(spec: LoginSpec, ports: SessionPorts): Issuer {
  const password = usable(ports.secret(spec.secretRef), spec.secretRef, 'encoded');
  ports.redactor.add(password);
  const { at } = ports.words;
  const request: IssuingRequest = {
    method: 'POST',
    url: spec.url,
    headers: {
      accept: 'application/json',
      'content-type': CONTENT_TYPES[spec.format ?? 'json'],
      'user-agent': 'gemini-sync-bridge',
    },
    body: bodyOf(spec, password),
    wanted: 'session',
    hints: issuingHints(ports.words, 'login.url', 'the address of the login'),
    correction: `Correct ${at('login')} (url, username, usernameField, passwordField, format, payload), or the secret of ${at('login.secretRef')}.`,
  };
  return issuerOf(async (signal) => {
    const answer = await issuingAnswer(request, ports, signal);
    refuseFailure(answer, spec, request, ports);
    return spec.tokenPath === undefined
      ? cookieSession(answer, request, ports)
      : tokenSession(answer, spec, spec.tokenPath, request, ports);
  }, ports);
}

function bodyOf(spec: LoginSpec, password: string): string {
  const { username, usernameField = 'username', passwordField = 'password', payload = {} } = spec;
  const members = {
    ...payload,
    ...(username === undefined ? {} : { [usernameField]: username }),
    [passwordField]: password,
  };
  if (spec.format !== 'form') return JSON.stringify(members);
  const texts = Object.entries(members).map(([name, value]): [string, string] => [
    name,
    typeof value === 'string' ? value : JSON.stringify(value),
  ]);
  return new URLSearchParams(texts).toString();
}

/** @throws ProblemError unless the response may have a session */
function refuseFailure(
  answer: HttpAnswer,
  { tokenPath }: LoginSpec,
  request: IssuingRequest,
  ports: IssuingPorts,
): void {
  const { clock, redactor, words } = ports;
  const { status, body, header } = answer;
  // Logins of web pages answer with cookies and a redirect to the start page, which is not needed.
  const isSuccess = status >= 200 && status <= 299;
  if (!isSuccess && !(tokenPath === undefined && (status === 302 || status === 303))) {
    const problem = answerProblem(answer, clock.now(), (text) => redactor.redact(text), words);
    const isRefused = [400, 401, 403].includes(status) && problem.code !== 'SOURCE_RATE_LIMITED';
    const hint = isRefused || status < 400 ? request.correction : problem.hint;
    throw notIssued({ ...problem, hint, ...(isRefused ? { code: 'SOURCE_AUTH_FAILED' } : {}) }, request);
  }
  if (isSuccess && isHtml(body.toString('utf8', 0, 1_000), header('content-type'))) {
    const what = `was answered ${status} with a page of HTML, which is probably the login page again`;
    throw notIssued(invalid('HTML', what, request.correction, 'SOURCE_AUTH_FAILED'), request);
  }
}

function tokenSession(
  answer: HttpAnswer,
  { header = 'Authorization', scheme }: LoginSpec,
  tokenPath: string,
  request: IssuingRequest,
  ports: IssuingPorts,
): Issued {
  const text = textAtPath(answer.body, tokenPath);
  if (text === undefined || !/^[\x21-\x7e]+$/.test(text)) {
    const refusal = refusalIn(tokenFields(answer.body));
    if (refusal !== undefined) throw notIssued(refusalProblem(refusal, ports, request), request);
    // The text of the response is not shown, because it may be a token at another place.
    const what = `was answered without a token${text === undefined ? '' : ' that can be used'} at ${tokenPath}`;
    const hint = `Correct ${ports.words.at('login.tokenPath')}; without it, the cookies of the response are sent.`;
    throw notIssued(invalid('no token', what, hint), request);
  }
  const name = header.toLowerCase();
  const prefix = scheme ?? (name === 'authorization' ? 'Bearer' : undefined);
  return {
    headers: { [name]: prefix === undefined ? text : `${prefix} ${text}` },
    text,
    staleMs: Infinity,
  };
}

function textAtPath(body: Buffer, path: string): string | undefined {
  try {
    const root = checkJson(body);
    const value = valueAtPath(body, root.start, withoutRoot(path));
    return value && plainText(body, value);
  } catch (thrown) {
    if (thrown instanceof JsonTextError) return undefined;
    throw thrown;
  }
}

function cookieSession(answer: HttpAnswer, request: IssuingRequest, ports: IssuingPorts): Issued {
  const refusal = refusalIn(tokenFields(answer.body));
  if (refusal !== undefined) throw notIssued(refusalProblem(refusal, ports, request), request);
  const cookies = cookiesIn(answer.header('set-cookie'));
  const text = cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
  if (text === '' || text.length > LOGIN_COOKIES_CHARACTERS_MAX) {
    const what =
      text === ''
        ? `was answered ${answer.status} without cookies`
        : `was answered with cookies of ${text.length} characters, more than ${LOGIN_COOKIES_CHARACTERS_MAX}`;
    const hint = `Set ${ports.words.at('login.tokenPath')} if the response has a token; otherwise check ${ports.words.at('login.url')}.`;
    throw notIssued(invalid('no cookies', what, hint), request);
  }
  for (const { value } of cookies) {
    if (value.length >= SECRET_COOKIE_LENGTH_MIN) ports.redactor.addToken(value);
  }
  return { headers: { cookie: text }, text, staleMs: Infinity };
}

function invalid(
  reason: string,
  what: string,
  hint: string,
  code: RequestProblem['code'] = 'SOURCE_ANSWER_INVALID',
): RequestProblem {
  return { code, reason, what, hint, again: false };
}
