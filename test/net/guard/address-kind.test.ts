import { describe, expect, test } from '@jest/globals';
import { isIPv4 } from 'node:net';
import fc from 'fast-check';
import { addressKind, canonicalAddress } from '../../../src/net/guard/address-kind.ts';

describe('addressKind', () => {
  test.each([
    ['169.254.169.254', 'denied'],
    ['::ffff:169.254.169.254', 'denied'],
    ['::ffff:a9fe:a9fe', 'denied'],
    ['64:ff9b::a9fe:a9fe', 'denied'],
    ['2002:a9fe:a9fe::1', 'denied'],
    ['0.0.0.0', 'denied'],
    ['0.1.2.3', 'denied'],
    ['::', 'denied'],
    ['fe80::1', 'denied'],
    ['fe80::1%eth0', 'denied'],
    ['224.0.0.1', 'denied'],
    ['255.255.255.255', 'denied'],
    ['ff02::1', 'denied'],
    ['fd00:ec2::254', 'denied'],
    ['fd00:ec2::23', 'denied'],
    ['fd20:ce::254', 'denied'],
    ['100.100.100.200', 'denied'],
    ['not an address', 'denied'],
    ['127.0.0.1', 'private'],
    ['[::ffff:127.0.0.1]', 'private'],
    ['::ffff:7f00:1', 'private'],
    ['::127.0.0.1', 'private'],
    ['::ffff:0:127.0.0.1', 'private'],
    ['::1', 'private'],
    ['10.0.0.1', 'private'],
    ['172.31.255.255', 'private'],
    ['192.168.1.1', 'private'],
    ['100.64.0.1', 'private'],
    ['fd12:3456::1', 'private'],
    ['64:ff9b::a00:1', 'private'],
    ['93.184.216.34', 'public'],
    ['172.32.0.1', 'public'],
    ['2606:4700::1111', 'public'],
    ['64:ff9b::5db8:d822', 'public'],
  ])('takes %s for %s', (address, kind) => {
    expect(addressKind(address)).toBe(kind);
  });

  test('gives an IPv4 address and its mapped forms the same kind', () => {
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        expect(canonicalAddress(`::ffff:${address}`)).toBe(address);
        expect(addressKind(`::ffff:${address}`)).toBe(addressKind(address));
        expect(addressKind(`64:ff9b::${address}`)).toBe(addressKind(address));
      }),
    );
  });

  test('gives every spelling of an IPv6 address the same kind', () => {
    fc.assert(
      fc.property(fc.ipV6(), (address) => {
        const canonical = canonicalAddress(address) ?? '';
        expect(isIPv4(canonical) || canonical === new URL(`http://[${address}]/`).hostname.slice(1, -1)).toBe(
          true,
        );
        expect(addressKind(canonical)).toBe(addressKind(address.toUpperCase()));
      }),
    );
  });
});
