import { BlockList, isIP, isIPv4 } from 'node:net';

/**
 * `denied`: no list may allow it, such as the metadata service of a cloud. `private`: it may be listed. `public`: it is reachable
 * from anywhere.
 */
export type AddressKind = 'denied' | 'private' | 'public';

type Network = readonly [address: string, bits: number];

/** This host, link-local addresses with the metadata services, multicast, reserved addresses and broadcast. */
const DENIED: readonly Network[] = [
  ['0.0.0.0', 8],
  ['169.254.0.0', 16],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
  // The metadata services of Alibaba, Azure and Oracle, which are not link-local.
  ['100.100.100.200', 32],
  ['168.63.129.16', 32],
  ['192.0.0.192', 32],
  ['::', 128],
  ['fe80::', 10],
  ['ff00::', 8],
  // The services of AWS for its machines, with metadata and the credentials of pods, and the metadata service of Google Cloud.
  ['fd00:ec2::', 32],
  ['fd20:ce::254', 128],
];

/** Loopback, private, shared and documentation networks, and tunnels, whose target is in another place. */
const PRIVATE: readonly Network[] = [
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['::1', 128],
  ['64:ff9b:1::', 48],
  ['100::', 64],
  ['2001::', 23],
  ['2001:db8::', 32],
  ['3fff::', 20],
  ['5f00::', 16],
  ['fc00::', 7],
  ['fec0::', 10],
];

const DENIED_LIST = listOf(DENIED);
const PRIVATE_LIST = listOf(PRIVATE);

/**
 * The kind of an address. An IPv6 address that contains an IPv4 address is as restricted as that address. A text that is not an
 * address is denied.
 */
export function addressKind(address: string): AddressKind {
  const whole = canonicalAddress(address);
  if (whole === undefined) return 'denied';
  const forms = [whole, ...embeddedAddresses(whole)];
  if (forms.some((form) => isIn(DENIED_LIST, form))) return 'denied';
  return forms.some((form) => isIn(PRIVATE_LIST, form)) ? 'private' : 'public';
}

/** One spelling for each address: without a zone, and an IPv4 address in place of its mapped form. Undefined for other text. */
export function canonicalAddress(address: string): string | undefined {
  const bare = address.replace(/^\[|\]$/g, '').replace(/%.*$/s, '');
  if (isIPv4(bare)) return bare;
  if (isIP(bare) !== 6) return undefined;
  const groups = groupsOf(bare);
  return isMapped(groups) ? ipv4At(groups, 6) : new URL(`http://[${bare}]/`).hostname.slice(1, -1);
}

/** Whether an address is in a list of networks. @param address canonical */
export function isIn(list: BlockList, address: string): boolean {
  return list.check(address, isIPv4(address) ? 'ipv4' : 'ipv6');
}

/** The IPv4 addresses that translators and tunnels reach through an IPv6 address. */
function embeddedAddresses(address: string): string[] {
  if (isIPv4(address)) return [];
  const groups = groupsOf(address);
  const isZero = (from: number, to: number) => groups.slice(from, to).every((group) => group === 0);
  const found: string[] = [];
  // IPv4-compatible, and the form of translators (RFC 2765).
  if (isZero(0, 6) && !isZero(6, 7)) found.push(ipv4At(groups, 6));
  if (isZero(0, 4) && groups[4] === 0xffff && groups[5] === 0) found.push(ipv4At(groups, 6));
  // NAT64 and 6to4.
  if (groups[0] === 0x64 && groups[1] === 0xff9b && isZero(2, 6)) found.push(ipv4At(groups, 6));
  if (groups[0] === 0x2002) found.push(ipv4At(groups, 1));
  return found;
}

function isMapped(groups: readonly number[]): boolean {
  return groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
}

function ipv4At(groups: readonly number[], at: number): string {
  const [high = 0, low = 0] = groups.slice(at, at + 2);
  return [high >> 8, high & 0xff, low >> 8, low & 0xff].join('.');
}

/** The eight groups of an IPv6 address. The URL standard writes each address in one form, without a dotted part. */
function groupsOf(address: string): number[] {
  const [head = '', tail] = new URL(`http://[${address}]/`).hostname.slice(1, -1).split('::');
  const numbers = (text: string) => (text === '' ? [] : text.split(':').map((part) => parseInt(part, 16)));
  const [first, last] = [numbers(head), numbers(tail ?? '')];
  return [...first, ...Array<number>(8 - first.length - last.length).fill(0), ...last];
}

function listOf(networks: readonly Network[]): BlockList {
  const list = new BlockList();
  for (const [address, bits] of networks) list.addSubnet(address, bits, isIPv4(address) ? 'ipv4' : 'ipv6');
  return list;
}
