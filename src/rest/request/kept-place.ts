import { credentialCertainty, isSignatureName } from '../../core/secrets/credential-names.ts';
import type { Redactor } from '../../core/secrets/redact.ts';
import { recognisedSecrets } from '../../core/secrets/recognised-secrets.ts';
import { mapParameters } from './address.ts';

/** The secrets that requests of a listing are authorised with, by the name that a kept place has for each. */
export type OwnSecrets = Readonly<Partial<Record<'secret' | 'token', string>>>;

/** What a place is kept as, or why it is not, and which parameter of a link may be a cursor that has the name of a credential. */
export type KeptPlace =
  { readonly place: string } | { readonly because: string; readonly perhapsCursor: string | undefined };

interface KeepingContext {
  readonly secrets: OwnSecrets;
  readonly redactor: Pick<Redactor, 'isGivenAwayBy'>;
  /** Whether places are addresses, as APIs write them in links. */
  readonly isAddress: boolean;
  /** The parameter of a link that is the cursor, as the definition says, so its value is no credential whatever its name. */
  readonly cursorField: string | undefined;
}

/** How an API may write a secret into a parameter of a link so that it can be put back. */
const ENCODINGS: Readonly<Record<string, (secret: string) => string>> = {
  plain: (secret) => secret,
  base64: (secret) => Buffer.from(secret).toString('base64'),
  base64url: (secret) => Buffer.from(secret).toString('base64url'),
  hex: (secret) => Buffer.from(secret).toString('hex'),
};
/** A page or record number, too short for a credential. */
const SHORT_NUMBER = /^\d{1,5}$/;
/** Placeholder for a secret in a stored position. A colon and braces are percent-encoded in a URL, so no link contains it by chance. */
const MARK = /^\{gsb-(?<name>secret|token):(?<encoding>plain|base64|base64url|hex)\}$/;

/**
 * A place as a checkpoint may hold it. APIs repeat the token of a request in the link to the next page, and checkpoints are
 * in the state, in manifests and in logs. A parameter that is the secret becomes a mark, which `withOwnSecrets` replaces when
 * the place is used. A credential that the API issued is left out if requests have credentials of their own. A place that
 * gives away a secret in any other form, or that is signed, is not kept.
 */
export function keptPlace(place: string, context: KeepingContext): KeptPlace {
  const { secrets, redactor, isAddress, cursorField } = context;
  const own = Object.entries(secrets).filter(([, value]) => value !== '');
  let because: string | undefined;
  let perhapsCursor: string | undefined;
  const mapped = (name: string, value: string): string | undefined => {
    const mark = markOf(value, own);
    if (mark !== undefined) return mark;
    const certainty = value === '' || name === cursorField ? undefined : credentialCertainty(name);
    if (certainty === undefined || certainty === 'possible') return value;
    const isSignature = isSignatureName(name);
    if (certainty === 'likely' && !isSignature && SHORT_NUMBER.test(value)) return value;
    if (certainty === 'likely' && !isSignature && because === undefined) perhapsCursor = name;
    if (isSignature) because ??= `the link to the next page is signed (${name})`;
    // Without it the place may be another one, or not be shown.
    if (certainty === 'likely' || own.length === 0)
      because ??= `the link to the next page has a credential (${name})`;
    return undefined;
  };
  const kept = isAddress ? mapParameters(place, mapped) : place;
  if (redactor.isGivenAwayBy(kept))
    because ??= 'the place of the next page contains a secret or a part of one';
  const recognised = recognisedSecrets(isAddress ? withoutName(kept, cursorField) : unquoted(kept))
    // Cursors may be JSON Web Tokens that say where the listing is.
    .find(({ kind }) => kind !== 'a JSON Web Token');
  if (recognised !== undefined) because ??= `the place of the next page contains ${recognised.kind}`;
  return because === undefined ? { place: kept } : { because, perhapsCursor };
}

/** An address in which the name of a parameter says nothing about its value. */
function withoutName(url: string, name: string | undefined): string {
  if (name === undefined) return url;
  const values: string[] = [];
  const rest = mapParameters(url, (other, value) => {
    if (other !== name) return value;
    values.push(value);
    return undefined;
  });
  return [rest, ...values].join(' ');
}

/** An address with its secrets in place of their marks. */
export function withOwnSecrets(url: string, secrets: OwnSecrets): string {
  if (!url.includes('gsb-')) return url;
  return mapParameters(url, (_name, value) => {
    const { name, encoding = '' } = MARK.exec(value)?.groups ?? {};
    if (name !== 'secret' && name !== 'token') return value;
    const secret = secrets[name];
    return secret === undefined ? undefined : ENCODINGS[encoding]?.(secret);
  });
}

function markOf(value: string, own: readonly (readonly [string, string])[]): string | undefined {
  for (const [name, secret] of own) {
    for (const [encoding, encode] of Object.entries(ENCODINGS)) {
      if (value === encode(secret)) return `{gsb-${name}:${encoding}}`;
    }
  }
  return undefined;
}

/** A cursor is JSON; its text may be an address itself. */
function unquoted(json: string): string {
  try {
    const parsed: unknown = JSON.parse(json);
    return typeof parsed === 'string' ? parsed : json;
  } catch {
    // A number of a page, or an address.
    return json;
  }
}
