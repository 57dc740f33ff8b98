import type { RestSpec } from '../../definitions/rest/types.ts';
import { isTemplate } from '../../definitions/rest/template-text.ts';
import { mentionsWatermark } from '../../definitions/watermark-text.ts';

/** Whether a header has the text that the secret replaces, which may look like a template. */
export function hasPlaceholder({ auth }: Pick<RestSpec, 'auth'>, text: string): boolean {
  return auth?.type === 'placeholder' && text.includes(auth.placeholder);
}

/** Returns the headers that are the same in all requests of a definition: those without templates. */
export function plainHeaders(spec: Pick<RestSpec, 'auth' | 'headers'>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(spec.headers ?? {}).filter(([, text]) => hasPlaceholder(spec, text) || !isTemplate(text)),
  );
}

/** Returns the headers for the request of one record: a condition on its time would leave out the record. */
export function recordHeaders(spec: Pick<RestSpec, 'auth' | 'headers'>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(plainHeaders(spec)).filter(([, text]) => !mentionsWatermark(text)),
  );
}
