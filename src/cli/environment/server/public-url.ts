import { BridgeError } from '../../../core/errors.ts';

/**
 * `PUBLIC_URL`: the address under which producers and users reach the server, as an origin.
 * @throws BridgeError ENVIRONMENT_INVALID
 */
export function readPublicUrl(value: string | undefined): string | undefined {
  if (value === undefined || value === '') return undefined;
  const url = URL.canParse(value) ? new URL(value) : undefined;
  const isWeb = url?.protocol === 'https:' || url?.protocol === 'http:';
  // A value with anything beside the origin, such as a password, is not repeated in the message.
  if (url !== undefined && isWeb && url.href === `${url.origin}/`) return url.origin;
  throw new BridgeError(
    'ENVIRONMENT_INVALID',
    'PUBLIC_URL is not the address of a server: http or https, a host, and a port if it is not the usual one.',
    { hint: 'Set it without a path, a user or a query, such as https://sync.example.com.' },
  );
}
