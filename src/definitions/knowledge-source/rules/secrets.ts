import { addressSecretFindings, referenceFindings } from '../../connector/rules/secrets.ts';
import { inClearFinding, isCredentialHeader, leavesInClear } from '../../connector/rules/plaintext.ts';
import { secretTexts } from '../../connector/secrets/secret-texts.ts';
import { textAt, valueAt } from '../../draft.ts';
import { displayPath, type FieldFinding } from '../../problem.ts';
import { API_KEY_PLACEHOLDER, BASE_URL, CONFIG, headerTexts, requiresAuth } from '../config-fields.ts';
import { secretReferences } from '../uses.ts';

/** A file must not contain secrets. The messages never repeat the value, because it may be the secret. */
export function secretFindings(source: unknown): FieldFinding[] {
  const own = [
    ...['secretRef', 'provider'].flatMap((key) =>
      referenceFindings(`${CONFIG}.${key}`, textAt(source, `${CONFIG}.${key}`) ?? ''),
    ),
    ...addressSecretFindings(BASE_URL, textAt(source, BASE_URL)),
  ];
  const known = new Set(own.filter(({ status }) => status !== 'warn').map(({ path }) => path));
  const texts = secretTexts(source).filter(({ path }) => !known.has(path));
  return [
    ...own,
    ...texts.map(({ path, segments, kind, lineInText }): FieldFinding => {
      const isHeader = segments[2] === 'headersTemplate';
      return {
        code: 'secret_in_file',
        path,
        lineInText,
        message: `This looks like a secret (${kind}). A file must not contain one; if the file was shared, change the secret.`,
        fix: isHeader
          ? `"${API_KEY_PLACEHOLDER}" in its place; requiresAuth: true and secretRef: name-of-the-secret`
          : 'the text without it; credentials belong in the secret that secretRef names',
      };
    }),
  ];
}

/** Rules about the placeholder for the secret, and about secrets without a use. */
export function placeholderFindings(source: unknown): FieldFinding[] {
  const headers = headerTexts(source);
  const sends = headers.some(({ text }) => text.includes(API_KEY_PLACEHOLDER));
  return [...unknownPlaceholders(source), ...authFindings(source, sends)];
}

function unknownPlaceholders(source: unknown): FieldFinding[] {
  const texts = [
    ...headerTexts(source),
    ...[BASE_URL].map((path) => ({ path, text: textAt(source, path) ?? '' })),
  ];
  return texts.flatMap(({ path, text }): FieldFinding[] => {
    const allowed = path === BASE_URL ? text : text.replaceAll(API_KEY_PLACEHOLDER, '');
    const [placeholder] = /\{\{[^{}]*\}\}/.exec(allowed) ?? [];
    if (placeholder === undefined) return [];
    if (path === BASE_URL) {
      const message = 'The address has a placeholder, and only the values of headersTemplate can have one.';
      return [
        { code: 'wrong_value', path, message, fix: `headersTemplate: {X-API-Key: "${API_KEY_PLACEHOLDER}"}` },
      ];
    }
    const message = `${placeholder} is not replaced: the only placeholder is ${API_KEY_PLACEHOLDER}.`;
    return [{ code: 'wrong_value', path, message, fix: API_KEY_PLACEHOLDER }];
  });
}

function authFindings(source: unknown, sends: boolean): FieldFinding[] {
  const path = `${CONFIG}.requiresAuth`;
  if (sends && !requiresAuth(source)) {
    const message = `requiresAuth is not set, so no secret is read for ${API_KEY_PLACEHOLDER}.`;
    return [{ code: 'missing_key', path, message, fix: 'requiresAuth: true' }];
  }
  if (requiresAuth(source)) {
    if (sends) return [];
    const message = `The secret would not be sent: no value of headersTemplate has ${API_KEY_PLACEHOLDER}.`;
    const fix = `headersTemplate: {Authorization: "Bearer ${API_KEY_PLACEHOLDER}"}`;
    return [{ status: 'warn', code: 'secret_unused', path: `${CONFIG}.requiresAuth`, message, fix }];
  }
  return ['secretRef', 'provider']
    .filter((key) => typeof valueAt(source, `${CONFIG}.${key}`) === 'string')
    .map((key) => ({
      status: 'warn',
      code: 'secret_unused',
      path: `${CONFIG}.${key}`,
      message: 'The secret is not used, because requiresAuth is not set.',
      fix: `requiresAuth: true; or no ${key}`,
    }));
}

/** A credential must not leave the machine without encryption. */
export function plaintextFindings(source: unknown, allows: (address: string) => boolean): FieldFinding[] {
  const address = textAt(source, BASE_URL);
  const hasCredentials =
    secretReferences(source).length > 0 || headerTexts(source).some(({ name }) => isCredentialHeader(name));
  if (address === undefined || !hasCredentials || !leavesInClear(address) || allows(address)) return [];
  return [inClearFinding(BASE_URL)];
}

/** Headers whose value usually is a secret. */
export function credentialHeaderFindings(source: unknown): FieldFinding[] {
  return headerTexts(source)
    .filter(({ name, text }) => isCredentialHeader(name) && !text.includes('{{'))
    .map(({ name }) => ({
      status: 'warn',
      code: 'secret_in_file',
      path: displayPath(['spec', 'config', 'headersTemplate', name]),
      message: `The header ${name} usually carries a secret, and everyone who can read this file can read it.`,
      fix: `"${API_KEY_PLACEHOLDER}" in place of the value, and requiresAuth: true`,
    }));
}
