import type { FastifyRequest } from 'fastify';
import { HttpError } from '../../http/http-error.ts';

const NAMES = /^(access_token|api[-_]?key|auth(orization)?|bearer|key|token)$/i;
const KEY = /gsb_[0-9a-f]{12}_/;

/**
 * Proxies log URLs and browsers keep them in their history, so a key in a URL is exposed.
 * @throws HttpError BAD_REQUEST, without the key
 */
export function refuseKeyInUrl({ url, query }: Pick<FastifyRequest, 'url' | 'query'>): void {
  const names = typeof query === 'object' && query !== null ? Object.keys(query) : [];
  if (!KEY.test(url) && !names.some((name) => NAMES.test(name))) return;
  throw new HttpError('BAD_REQUEST', 'A key was sent in the address of the request, where logs keep it.', {
    hint: 'Send it as "Authorization: Bearer …", and replace it with a new one: gemini-sync-bridge keys revoke, and keys create.',
  });
}
