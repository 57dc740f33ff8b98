/** How certainly a name is the name of a credential. */
export type CredentialCertainty =
  /** The value is a credential, whatever its form. */
  | 'certain'
  /** The value is a credential unless it is an ordinary word. */
  | 'likely'
  /** The value is a credential only if it looks random. */
  | 'possible';

/** Endings, in lower case and without `-`, `_` and `.`, so that `X-Vendor-Api-Key` and `vendorApiKey` are recognised too. */
const CERTAIN_ENDINGS = [
  ...['apikey', 'apitoken', 'apisecret', 'appkey', 'applicationkey', 'appsecret', 'appsecretproof'],
  ...['accesstoken', 'authtoken', 'bearertoken', 'privatetoken', 'refreshtoken', 'idtoken', 'sessiontoken'],
  ...['securitytoken', 'jobtoken', 'usertoken', 'deploytoken', 'oauthtoken', 'personalaccesstoken'],
  ...['password', 'passwd', 'passphrase', 'passwort', 'clientsecret', 'sharedsecret', 'consumersecret'],
  ...['secretkey', 'privatekey', 'accesskey', 'authkey', 'accountkey', 'masterkey', 'subscriptionkey'],
  ...['functionskey', 'functionkey', 'apiauthorization', 'xamzcredential', 'xgoogcredential', 'hapikey'],
];
const CERTAIN = new Set([
  'pwd',
  'pass',
  'pw',
  'apikeyid',
  'dbpass',
  'dbpwd',
  'userpwd',
  'mysqlpwd',
  'pgpass',
]);
const LIKELY = new Set([
  ...['token', 'auth', 'authorization', 'proxyauthorization', 'sig', 'signature', 'secret', 'hmac', 'jwt'],
  ...['credential', 'credentials', 'xauth', 'xtoken', 'xsecret', 'xsignature', 'authentication'],
]);
const SIGNATURES = /(?:signature|^sig|hmac)$/;
const POSSIBLE =
  /(?:token|key|secret|signature|credentials?|auth|authorization|code|cookie|session|sessionid|sid|jwt)$/;
/** Names that end like those of credentials, but name the position in a listing or its sort order. */
const HARMLESS =
  /(?:page|next|pagination|resumption|continuation|continue|cursor|skip|delta|sync|start|scroll|resume|sort|order|primary|foreign|group|partition|row|record|object|project|issue|search|filter|idempotency|country|currency|language|status|error|zip|postal)(?:token|key|code)$/;

const LIKELY_LENGTH_MIN = 6;
const LIKELY_WORD_LENGTH_MIN = 24;
const CERTAIN_LENGTH_MIN = 4;
const RANDOM_LENGTH_MIN = 16;
const RANDOM_CHANGES_MIN = 4;
const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/**
 * Whether a value is a credential, judged by its name: that of a header, a query parameter, a field of a payload.
 * @param isWeighty whether a name that only suggests a credential is enough for ordinary text too, as in an address
 */
export function isCredential(name: string, value: string, isWeighty = true): boolean {
  const certainty = credentialCertainty(name);
  if (certainty === undefined || isPlaceholder(value)) return false;
  const bare = value.replace(/^(?:bearer|basic|token|apikey|key|sso-key|splunk|digest)\s+/i, '');
  if (certainty === 'certain') return bare.length >= CERTAIN_LENGTH_MIN && !isWord(bare);
  if (certainty === 'possible' || !isWeighty) {
    return (
      looksRandom(bare) || bare.split(/[;,\s]+/).some((part) => looksRandom(part.replace(/^[^=]*=/, '')))
    );
  }
  const isLong = bare.length >= LIKELY_WORD_LENGTH_MIN && !/\s/.test(bare);
  return bare.length >= LIKELY_LENGTH_MIN && (isLong || /\d/.test(bare) || bare !== value);
}

/** Whether a parameter with this name signs an address, so that the address is useless without it. */
export function isSignatureName(name: string): boolean {
  return SIGNATURES.test(plain(name));
}

/** Undefined if the name is not that of a credential. */
export function credentialCertainty(name: string): CredentialCertainty | undefined {
  const text = plain(name);
  if (HARMLESS.test(text)) return undefined;
  if (CERTAIN.has(text) || CERTAIN_ENDINGS.some((ending) => text.endsWith(ending))) return 'certain';
  if (LIKELY.has(text) || SIGNATURES.test(text)) return 'likely';
  return POSSIBLE.test(text) ? 'possible' : undefined;
}

function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[-_. $[\]]/g, '');
}

/** Whether the value is a placeholder that a template or a person replaces, or is already redacted. */
function isPlaceholder(value: string): boolean {
  return (
    /^\s*$|\{\{|\{%|\$\{|:watermark|^<[^<>]*>$|^\{gsb-(?:secret|token):|^\[redacted\]$|\.\.\.$|…|^(?:bearer|basic)\s*$/i.test(
      value,
    ) || /^(.)\1*$/s.test(value)
  );
}

/** Whether the value is a setting, such as `required`, or the name of a column. */
function isWord(value: string): boolean {
  return (
    /^(?:true|false|null|none|required|optional|asc|desc|string|text|header|query|body)$/i.test(value) ||
    /^[a-z_]+\.[a-z_]+$/i.test(value)
  );
}

/** Whether a text is long and switches between kinds of characters more often than a word, a date or the id of a record. */
function looksRandom(value: string): boolean {
  if (value.length < RANDOM_LENGTH_MIN || !/^[A-Za-z0-9+/=_.~:%-]+$/.test(value) || UUID.test(value))
    return false;
  if (/^\d[\d:.T+Z-]*$/.test(value) || !/[A-Za-z]/.test(value)) return false;
  // Words that are joined by punctuation switch at the punctuation, which does not count.
  const parts = value.split(/[^A-Za-z0-9]+/);
  const changes = parts.reduce(
    (sum, part) => sum + Math.max((part.match(/[a-z]+|[A-Z]+|\d+/g)?.length ?? 1) - 1, 0),
    0,
  );
  if (!/\d/.test(value)) return changes >= RANDOM_CHANGES_MIN * 2;
  return (
    (changes >= RANDOM_CHANGES_MIN && parts.some(({ length }) => length >= RANDOM_LENGTH_MIN / 2)) ||
    parts.some((part) => part.length >= RANDOM_LENGTH_MIN && /^(?=.*\d)(?=.*[a-f])[0-9a-f]+$/i.test(part))
  );
}
