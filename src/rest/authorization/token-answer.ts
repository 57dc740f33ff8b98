type Fields = Readonly<Record<string, unknown>>;

/** How a token endpoint reports, in a successful response, that it issues no token. */
export interface TokenRefusal {
  /** The provider's name for the error; empty if there is none. */
  readonly error: string;
  /** The error and its description for a message. They are neither redacted nor on one line. */
  readonly words: string;
}

/** The names of errors and of their descriptions, in lower case and without `_` and `-`. */
const ERROR = /^(?:error|errors|errorcode|errcode|errno|errortype|fault|faultcode)$/;
const DESCRIPTION =
  /^(?:errordescription|errormessage|errormsg|errorsummary|errordetails?|errmsg|faultstring|message|msg|description|detail|details|reason)$/;
/** The names of the error code within an error object. */
const CODE = /^(?:code|type|status|title|name)$/;
const SUCCESS = /^(?:0+|200|ok|none|null|false|no|success)?$/i;
const DEPTH_MAX = 3;

/** Returns the fields of a token response: from JSON, or from a form, which some providers send whatever was requested. */
export function tokenFields(body: Buffer): Fields {
  const text = body.toString();
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null ? { ...parsed } : {};
  } catch {
    return /^\s*[\w.]+=[^\s<>]*\s*$/.test(text) ? Object.fromEntries(new URLSearchParams(text.trim())) : {};
  }
}

/**
 * Finds the error that RFC 6749, section 5.2, defines for a 400, and the other shapes in which providers send it with a success.
 * Fields of other names are not read, because any of them may be a token.
 */
export function refusalIn(fields: Fields): TokenRefusal | undefined {
  const named = Object.entries(fields).map(([key, value]) => [plain(key), value] as const);
  const errors = named.filter(([key]) => ERROR.test(key)).flatMap(([, value]) => wordsOf(value));
  const failed = errors.length > 0 || named.some(([key, value]) => saysFailure(key, value));
  if (!failed) return undefined;
  const codes =
    errors.length > 0 ? errors : named.flatMap(([key, value]) => (key === 'code' ? wordsOf(value) : []));
  const told = named.filter(([key]) => DESCRIPTION.test(key)).flatMap(([, value]) => wordsOf(value));
  return { error: codes[0] ?? '', words: [...new Set([...codes, ...told])].join(': ') };
}

/** Whether a field reports a failure: `ok: false`, `status: error`, or a code that does not mean success. */
function saysFailure(key: string, value: unknown): boolean {
  if (key === 'ok' || key === 'success') return value === false || value === 'false';
  if (key === 'status') return typeof value === 'string' && /^(?:error|fail(?:ed|ure)?)$/i.test(value);
  return key === 'code' && wordsOf(value).length > 0;
}

/** Returns the texts and numbers of an error, which can be a value, an object or a list of them. */
function wordsOf(value: unknown, depth = 0): string[] {
  if (typeof value === 'string' || typeof value === 'number') {
    const text = String(value).trim();
    return SUCCESS.test(text) ? [] : [text];
  }
  if (typeof value !== 'object' || value === null || depth >= DEPTH_MAX) return [];
  if (Array.isArray(value)) return wordsOf(value[0], depth + 1);
  const members = Object.entries(value).map(
    ([key, member]: [string, unknown]) => [plain(key), member] as const,
  );
  const under = (names: RegExp) =>
    members.filter(([key]) => names.test(key)).flatMap(([, member]) => wordsOf(member, depth + 1));
  return [...under(ERROR), ...under(CODE), ...under(DESCRIPTION)];
}

function plain(key: string): string {
  return key.toLowerCase().replaceAll(/[-_]/g, '');
}
