import { BlockList, isIPv4, isIPv6 } from 'node:net';
import type { FastifyRequest } from 'fastify';
import { SIGN_ON_USER_CHARACTERS_MAX } from '../limits.ts';
import type { AccessSettings } from './access-settings.ts';
import type { Credential } from './keys/credentials.ts';

/** Handles users that a proxy in front of the server has logged in. */
export interface SignOn {
  /** Removes the header unless the proxy itself set it. */
  screen(request: FastifyRequest): void;
  credentialOf(request: FastifyRequest): Credential | undefined;
}

export function openSignOn({ signOn, trustedProxies }: AccessSettings): SignOn | undefined {
  if (signOn === undefined) return undefined;
  const { header, right } = signOn;
  const proxies = networksOf(trustedProxies);
  return {
    screen({ headers, socket }) {
      if (!proxies(socket.remoteAddress)) Reflect.deleteProperty(headers, header);
    },
    credentialOf({ headers, raw, socket }) {
      const user = headers[header];
      if (typeof user !== 'string' || !proxies(socket.remoteAddress)) return undefined;
      // A duplicate header means that the proxy added its own to one that the client sent, and the two cannot be
      // distinguished.
      if (raw.headersDistinct[header]?.length !== 1 || !isUserName(user)) return undefined;
      const id = `sso:${user}`;
      return { id, caller: { id, name: user, kind: 'proxy_user', right }, right, connectorId: null };
    },
  };
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
