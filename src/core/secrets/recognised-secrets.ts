import { isCredential } from './credential-names.ts';

/** A part of a text that looks like a secret. */
export interface RecognisedSecret {
  readonly start: number;
  readonly end: number;
  /** How it was recognised, as a noun phrase; never the value. */
  readonly kind: string;
}

/**
 * Tokens that vendors mark with a prefix. They are not searched for inside words, and each consists of one class of characters
 * after its prefix, so the search takes linear time.
 */
const MARKED: readonly (readonly [kind: string, pattern: string])[] = [
  ['a GitHub token', 'gh[pousr]_[A-Za-z0-9]{16,}|github_pat_[A-Za-z0-9_]{16,}'],
  ['a GitLab token', 'gl(?:pat|dt|rt|cbt|ptt|ft|imt|agent|soat)-[A-Za-z0-9_.-]{12,}'],
  ['a Slack token', 'xox[abeoprs]-[A-Za-z0-9-]{8,}|xapp-[A-Za-z0-9-]{8,}'],
  ['a Stripe key', '(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{8,}|whsec_[A-Za-z0-9+/=]{16,}'],
  ['an API key', 'sk-(?=[A-Za-z0-9_-]*[0-9])(?=[A-Za-z0-9_-]*[A-Z0-9]{2})[A-Za-z0-9_-]{20,}'],
  ['an AWS access key', '(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Za-z0-9])'],
  ['a Google API key', 'AIza[A-Za-z0-9_-]{20,}'],
  ['a Google token', 'ya29\\.[A-Za-z0-9_.-]{16,}|GOCSPX-[A-Za-z0-9_-]{16,}'],
  ['a JSON Web Token', 'eyJ[A-Za-z0-9_-]{8,}\\.[A-Za-z0-9_-]{8,}\\.[A-Za-z0-9_.-]*'],
  ['a SendGrid key', 'SG\\.[A-Za-z0-9_-]{12,}\\.[A-Za-z0-9_-]{12,}'],
  ['a Shopify token', 'shp(?:at|ca|pa|ss|tka)_[A-Fa-f0-9]{16,}'],
  ['a HubSpot token', 'pat-[a-z]{2,4}[0-9]?-[A-Fa-f0-9-]{16,}'],
  ['an Airtable token', 'pat[A-Za-z0-9]{14}\\.[a-f0-9]{32,}'],
  ['an npm token', 'npm_[A-Za-z0-9]{20,}'],
  ['a PyPI token', 'pypi-[A-Za-z0-9_-]{30,}'],
  ['a Hugging Face token', 'hf_[A-Za-z0-9]{20,}'],
  ['a Databricks token', 'dapi[a-f0-9]{32}'],
  ['a DigitalOcean token', 'do[opr]_v1_[a-f0-9]{32,}'],
  ['an Atlassian token', 'AT(?:ATT|CTT|BB)[A-Za-z0-9_=-]{24,}'],
  ['a Notion token', 'ntn_[A-Za-z0-9]{24,}|secret_[A-Za-z0-9]{40,}'],
  ['a Facebook token', 'EAA[A-Za-z0-9]{24,}'],
  ['a New Relic key', 'NRAK-[A-Z0-9]{20,}'],
  ['a Linear key', 'lin_(?:api|oauth)_[A-Za-z0-9]{20,}'],
  ['a private key', '-----BEGIN [A-Z ]{0,20}PRIVATE KEY-----[A-Za-z0-9+/=\\s\\\\-]*'],
];
const MARKED_PATTERN = new RegExp(
  `(?<![A-Za-z0-9_-])(?:${MARKED.map(([, pattern]) => `(${pattern})`).join('|')})`,
  'g',
);

/** Matches `user:password@` in an address; a user without a password is not a secret. */
const USER_INFO =
  /(?<![a-z0-9+.-])[a-z][a-z0-9+.-]{0,20}:\/\/[^\s/?#"'<>@:]{0,200}:(?<value>[^\s/?#"'<>]{1,300})@/gi;
/** Matches `name=value` in an address, a connection string or a form; the value may be in quotes. */
const ASSIGNED =
  /(?<before>^|[?&;,\s"'(\\{])(?<name>[A-Za-z$][\w.%[\]$-]{0,60})=(?:'(?<single>[^'\n]{1,500})'|"(?<double>[^"\n]{1,500})"|(?<value>[^\s&;"'<>\\,(){}#]{1,4000}))/g;
/** Matches `"name": "value"` in JSON, in text that may be JSON itself, and `Name: value` in a header. */
const MEMBER = /\\?"(?<name>[\w.$-]{1,60})\\?"\s{0,3}:\s{0,3}\\?"(?<value>[^"\\\n]{4,4000})/g;
/** Matches the credential after the name of a scheme in the header `Authorization`. */
const SCHEME = /(?<![A-Za-z0-9])(?:bearer|basic)\s{1,3}(?<value>[A-Za-z0-9._~+/=-]{6,4000})/gi;
const BEARER_LENGTH_MIN = 16;

/**
 * Finds what looks like a secret in a text, by its prefix or by its name. This is used both to refuse secrets in connector files
 * and to remove them from messages, so that the two cannot differ.
 */
export function recognisedSecrets(text: string): RecognisedSecret[] {
  return [...marked(text), ...userInfo(text), ...assigned(text), ...members(text), ...schemes(text)].sort(
    (one, other) => one.start - other.start,
  );
}

/** The text with `[redacted]` in place of everything that looks like a secret. */
export function withoutRecognisedSecrets(text: string): string {
  let clean = '';
  let at = 0;
  for (const { start, end } of recognisedSecrets(text)) {
    if (start >= at) clean += `${text.slice(at, start)}[redacted]`;
    at = Math.max(at, end);
  }
  return clean + text.slice(at);
}

function* marked(text: string): Generator<RecognisedSecret> {
  for (const match of text.matchAll(MARKED_PATTERN)) {
    const kind = MARKED[match.slice(1).findIndex(Boolean)]?.[0] ?? 'a token';
    yield { start: match.index, end: match.index + match[0].length, kind };
  }
}

function* userInfo(text: string): Generator<RecognisedSecret> {
  for (const match of text.matchAll(USER_INFO)) {
    const value = match.groups?.['value'] ?? '';
    if (/^(?:\*+|\[redacted\]|…)$|\{\{|\$\{/.test(value)) continue;
    const end = match.index + match[0].length - 1;
    yield { start: end - value.length, end, kind: 'the password of an address' };
  }
}

function* assigned(text: string): Generator<RecognisedSecret> {
  for (const match of text.matchAll(ASSIGNED)) {
    const { before = '', name = '', single, double, value } = match.groups ?? {};
    const found = single ?? double ?? value ?? '';
    const inAddress = before === '?' || before === '&';
    if (!isCredential(decoded(name), decoded(found), inAddress)) continue;
    const end = match.index + match[0].length - (value === undefined ? 1 : 0);
    yield { start: end - found.length, end, kind: `the value of ${decoded(name)}` };
  }
}

function* members(text: string): Generator<RecognisedSecret> {
  for (const match of text.matchAll(MEMBER)) {
    const { name = '', value = '' } = match.groups ?? {};
    if (!isCredential(name, value, false)) continue;
    const end = match.index + match[0].length;
    yield { start: end - value.length, end, kind: `the value of ${name}` };
  }
}

function* schemes(text: string): Generator<RecognisedSecret> {
  for (const match of text.matchAll(SCHEME)) {
    const value = match.groups?.['value'] ?? '';
    if (!/\d|=$/.test(value) && (value.length < BEARER_LENGTH_MIN || !/[A-Z]/.test(value.slice(1)))) continue;
    const end = match.index + match[0].length;
    yield { start: end - value.length, end, kind: 'the credentials of a header' };
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    // The text is not percent-encoded.
    return text;
  }
}
