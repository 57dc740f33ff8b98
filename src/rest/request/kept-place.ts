import { credentialCertainty, isSignatureName } from '../../core/secrets/credential-names.ts';
import type { Redactor } from '../../core/secrets/redact.ts';
import { recognisedSecrets } from '../../core/secrets/recognised-secrets.ts';
import { mapParameters } from './address.ts';

/** The secrets that authorize the requests of a listing, by the name that a stored place has for each. */
export type OwnSecrets = Readonly<Partial<Record<'secret' | 'token', string>>>;

/**
 * The stored form of a place, or the reason why it is not stored and the parameter of a link that may be a cursor named like a
 * credential.
 */
export type KeptPlace =
  { readonly place: string } | { readonly because: string; readonly perhapsCursor: string | undefined };

interface KeepingContext {
  readonly secrets: OwnSecrets;
  readonly redactor: Pick<Redactor, 'isGivenAwayBy'>;
  /** Whether places are addresses, as APIs return them in links. */
  readonly isAddress: boolean;
  /**
   * The link parameter that is the cursor according to the definition, so that its value is not a credential, whatever its name.
   */
  readonly cursorField: string | undefined;
}

/** The encodings in which an API may write a secret into a link parameter so that it can be restored. */
const ENCODINGS: Readonly<Record<string, (secret: string) => string>> = {
  plain: (secret) => secret,
  base64: (secret) => Buffer.from(secret).toString('base64'),
  base64url: (secret) => Buffer.from(secret).toString('base64url'),
  hex: (secret) => Buffer.from(secret).toString('hex'),
};
/** A page or record number, too short for a credential. */
const SHORT_NUMBER = /^\d{1,5}$/;
/**
 * The placeholder for a secret in a stored place. Colons and braces are percent-encoded in a URL, so no link contains it by
 * chance.
 */
const MARK = /^\{gsb-(?<name>secret|token):(?<encoding>plain|base64|base64url|hex)\}$/;

/**
 * Returns a place in the form that a checkpoint may store. APIs repeat the token of a request in the link to the next page, and
 * checkpoints are in the state, in manifests and in logs. A parameter that is the secret becomes a mark, which `withOwnSecrets`
 * replaces when the place is used. A credential that the API issued is removed if requests have credentials of their own. A place
 * that reveals a secret in any other form, or that is signed, is not stored.
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
    // Without this parameter, the address may lead to another place, or be refused.
    if (certainty === 'likely' || own.length === 0)
      because ??= `the link to the next page has a credential (${name})`;
    return undefined;
  };
  const kept = isAddress ? mapParameters(place, mapped) : place;
  if (redactor.isGivenAwayBy(kept))
    because ??= 'the place of the next page contains a secret or a part of one';
  const recognised = recognisedSecrets(isAddress ? withoutName(kept, cursorField) : unquoted(kept))
    // A cursor may be a JSON Web Token that holds the position of the listing.
    .find(({ kind }) => kind !== 'a JSON Web Token');
  if (recognised !== undefined) because ??= `the place of the next page contains ${recognised.kind}`;
  return because === undefined ? { place: kept } : { because, perhapsCursor };
}

/** Moves the values of a parameter out of the address, so that its name does not affect how they are checked. */
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

/** Returns an address in which the marks are replaced with the secrets. */
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

/** A cursor is JSON; its text may itself be an address. */
function unquoted(json: string): string {
  try {
    const parsed: unknown = JSON.parse(json);
    return typeof parsed === 'string' ? parsed : json;
  } catch {
    // The place is a page number or an address.
    return json;
  }
}
