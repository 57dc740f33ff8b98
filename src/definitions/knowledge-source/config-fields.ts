import { valueAt } from '../draft.ts';
import { displayPath } from '../problem.ts';

export const CONFIG = 'spec.config';
export const BASE_URL = `${CONFIG}.baseUrl`;

/** The text that the secret replaces in the values of `headersTemplate`. */
export const API_KEY_PLACEHOLDER = '{{API_KEY}}';

/** The name of the secret if neither `secretRef` nor `provider` is given. */
export const DEFAULT_PROVIDER = 'rest';

/** Whether a secret is read and sent. */
export function requiresAuth(source: unknown): boolean {
  return valueAt(source, `${CONFIG}.requiresAuth`) === true;
}

/** The headers of a source that may be invalid. */
export function headerTexts(
  source: unknown,
): { readonly name: string; readonly path: string; readonly text: string }[] {
  const headers = valueAt(source, `${CONFIG}.headersTemplate`);
  if (typeof headers !== 'object' || headers === null) return [];
  return Object.entries(headers).flatMap(([name, text]: [string, unknown]) =>
    typeof text === 'string'
      ? [{ name, path: displayPath(['spec', 'config', 'headersTemplate', name]), text }]
      : [],
  );
}
