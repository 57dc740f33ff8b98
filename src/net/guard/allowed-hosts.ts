import { BlockList, isIPv4 } from 'node:net';
import { addressKind, canonicalAddress, isIn } from './address-kind.ts';

/** Names of metadata services. They are refused whatever they resolve to. */
const METADATA_NAMES: ReadonlySet<string> = new Set([
  'metadata',
  'metadata.google.internal',
  'metadata.goog',
  'instance-data',
  'instance-data.ec2.internal',
]);

const NAME = /^(?:\*\.)?[a-z0-9_](?:[a-z0-9_.-]{0,251}[a-z0-9_])?$/;

/** The servers that a guarded process may reach although their addresses are not public. */
export class AllowedHosts {
  readonly #networks = new BlockList();
  readonly #names: string[] = [];
  readonly #paths: string[] = [];

  /** @param entries for which `entryProblem` returns nothing */
  constructor(entries: readonly string[]) {
    for (const entry of entries) {
      const network = networkOf(entry);
      if (network !== undefined) {
        const { address, bits } = network;
        this.#networks.addSubnet(address, bits, isIPv4(address) ? 'ipv4' : 'ipv6');
      } else if (entry.startsWith('/')) this.#paths.push(entry);
      else this.#names.push(bareName(entry));
    }
  }

  /** Whether the name of a host is listed, by itself or by its domain. */
  namesHost(host: string): boolean {
    const name = bareName(host);
    if (METADATA_NAMES.has(name)) return false;
    return this.#names.some((entry) =>
      entry.startsWith('*.') ? name.endsWith(entry.slice(1)) && name.length >= entry.length : name === entry,
    );
  }

  /** Whether the path of a Unix socket is listed, or is in a listed folder. */
  namesSocket(path: string): boolean {
    return this.#paths.some((entry) => path === entry || path.startsWith(`${entry}/`));
  }

  /** Whether a connection to an address is allowed. @param host the name that was resolved, or the address itself */
  admits(host: string, address: string): boolean {
    if (METADATA_NAMES.has(bareName(host))) return false;
    const kind = addressKind(address);
    if (kind !== 'private') return kind === 'public';
    const canonical = canonicalAddress(address);
    return this.namesHost(host) || (canonical !== undefined && isIn(this.#networks, canonical));
  }
}

/** What is wrong with an entry, as a clause; undefined if nothing is. */
export function entryProblem(entry: string): string | undefined {
  const network = networkOf(entry);
  if (network !== undefined) {
    return addressKind(network.address) === 'denied'
      ? 'which includes addresses that are never allowed, such as those of a metadata service'
      : undefined;
  }
  if (entry.startsWith('/')) return undefined;
  if (METADATA_NAMES.has(bareName(entry))) return 'which is the name of a metadata service';
  // The last label of a name is never a number: such a text is another spelling of an address.
  const isName = NAME.test(bareName(entry)) && !/(?:^|\.)(?:\d+|0x[\da-f]*)$/.test(bareName(entry));
  return isName ? undefined : 'which is not a host name, an address, a network or a path';
}

function networkOf(entry: string): { readonly address: string; readonly bits: number } | undefined {
  const [written = '', length] = entry.split('/');
  const address = canonicalAddress(written);
  if (address === undefined) return undefined;
  const most = isIPv4(address) ? 32 : 128;
  const bits = length === undefined ? most : /^\d{1,3}$/.test(length) ? Number(length) : NaN;
  return bits >= 1 && bits <= most ? { address, bits } : undefined;
}

function bareName(host: string): string {
  return host.toLowerCase().replace(/\.$/, '');
}
