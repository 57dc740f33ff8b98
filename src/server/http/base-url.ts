import type { FastifyRequest } from 'fastify';

/**
 * The origin under which other programs reach this server: `PUBLIC_URL`, or else the one that this request was sent to. Only the
 * sender of a request, or a trusted proxy, decides about the latter, so it is shown to the sender and never stored. Undefined if
 * the request names no valid host.
 */
export function baseUrlOf(
  { protocol, host }: Pick<FastifyRequest, 'protocol' | 'host'>,
  publicUrl: string | undefined,
): string | undefined {
  if (publicUrl !== undefined) return publicUrl;
  const asked = `${protocol}://${host}`;
  if (!/^https?$/.test(protocol) || host === '' || !URL.canParse(asked)) return undefined;
  const url = new URL(asked);
  return url.href === `${url.origin}/` ? url.origin : undefined;
}
