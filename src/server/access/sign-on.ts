import { BlockList, isIPv4, isIPv6 } from 'node:net';
import type { FastifyRequest } from 'fastify';
import { SIGN_ON_USER_CHARACTERS_MAX } from '../limits.ts';
import { RIGHTS } from '../../core/secrets/access-key.ts';
import { HttpError } from '../http/http-error.ts';
import type { AccessSettings, PersonRight, SignOnSettings } from './access-settings.ts';
import type { Credential } from './keys/credentials.ts';

/** Handles users that a proxy in front of the server has logged in. */
export interface SignOn {
  /** Removes the headers unless the proxy itself set them. */
  screen(request: FastifyRequest): void;
  /** @throws HttpError FORBIDDEN for a user without a right */
  credentialOf(request: FastifyRequest): Credential | undefined;
}

export function openSignOn({ signOn, trustedProxies }: AccessSettings): SignOn | undefined {
  if (signOn === undefined) return undefined;
  const { header, groups } = signOn;
  const proxies = networksOf(trustedProxies);
  return {
    screen({ headers, socket }) {
      if (proxies(socket.remoteAddress)) return;
      Reflect.deleteProperty(headers, header);
      if (groups !== undefined) Reflect.deleteProperty(headers, groups.header);
    },
    credentialOf(request) {
      const { headers, socket } = request;
      const user = headers[header];
      if (typeof user !== 'string' || !proxies(socket.remoteAddress)) return undefined;
      // A duplicate header means that the proxy added its own to one that the client sent, and the two cannot be
      // distinguished.
      if (countOf(header, request) !== 1 || !isUserName(user)) return undefined;
      if (groups !== undefined && countOf(groups.header, request) > 1) return undefined;
      const right = rightOf(request, signOn);
      const id = `sso:${user}`;
      if (right === undefined) {
        request.identified = { id, name: user, kind: 'proxy_user' };
        throw withoutRight();
      }
      return { id, caller: { id, name: user, kind: 'proxy_user', right }, right, connectorId: null };
    },
  };
}

/** The highest right of the user's groups; without such a group, the one of all users. */
function rightOf({ headers }: FastifyRequest, { right, groups }: SignOnSettings) {
  const list = groups === undefined ? undefined : headers[groups.header];
  const names = typeof list === 'string' ? list.split(',').map((name) => name.trim()) : [];
  const held = names.map((name) => groups?.rights.get(name));
  return RIGHTS.findLast((each): each is PersonRight => each !== 'push' && held.includes(each)) ?? right;
}

function countOf(header: string, { raw }: FastifyRequest): number {
  return raw.headersDistinct[header]?.length ?? 0;
}

function withoutRight(): HttpError {
  return new HttpError('FORBIDDEN', 'This user is in none of the groups that have a right here.', {
    hint: 'Ask for one of the groups, which the operator of the server lists in SSO_GROUP_RIGHTS.',
  });
}

function isUserName(text: string): boolean {
  return text.trim() !== '' && text.length <= SIGN_ON_USER_CHARACTERS_MAX && !/[\p{C},]/u.test(text);
}

/** @param networks addresses and networks that are already validated */
function networksOf(networks: readonly string[]): (address: string | undefined) => boolean {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', prefix] = network.split('/');
    const family = isIPv4(address) ? 'ipv4' : 'ipv6';
    if (prefix === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(prefix), family);
  }
  return (address) => {
    if (address === undefined) return false;
    // A server that listens on :: sees IPv4 clients as mapped addresses.
    const plain = address.replace(/^::ffff:(?=\d+\.)/i, '');
    if (isIPv4(plain)) return list.check(plain, 'ipv4');
    return isIPv6(plain) && list.check(plain, 'ipv6');
  };
}
