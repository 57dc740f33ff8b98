import { isCredential } from '../../core/secrets/credential-names.ts';
import type { Redactor } from '../../core/secrets/redact.ts';
import { isCredentialHeader } from '../../definitions/connector/rules/plaintext.ts';
import type { KnowledgeConfig } from '../../definitions/knowledge-source/types.ts';
import { API_KEY } from '../source/checked-config.ts';

/** Tells a redactor the credentials that a source has in its address or its headers instead of in a secret. */
export function addCredentials(
  { baseUrl, headersTemplate }: Pick<KnowledgeConfig, 'baseUrl' | 'headersTemplate'>,
  redactor: Pick<Redactor, 'add'>,
): void {
  for (const [name, value] of new URL(baseUrl).searchParams) {
    if (isCredential(name, value)) redactor.add(value);
  }
  for (const [name, value] of Object.entries(headersTemplate ?? {})) {
    if (!value.includes(API_KEY) && (isCredentialHeader(name) || isCredential(name, value)))
      redactor.add(value);
  }
}
