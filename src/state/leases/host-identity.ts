import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/**
 * Identifies the set of processes that share process ids: the machine since its last boot and, on Linux, the container's process
 * namespace. Two processes with equal identities can check whether the other one is alive. A restarted machine has another
 * identity, so its old process ids are never mistaken for live processes.
 */
export function hostIdentity(): string {
  const parts = [
    hostname(),
    readOrNothing(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8')),
    readOrNothing(() => readlinkSync('/proc/self/ns/pid')),
  ];
  return parts.filter((part) => part !== '').join(' ');
}

/** These files exist only on Linux, and a hardened container may hide them. */
function readOrNothing(read: () => string): string {
  try {
    return read().trim();
  } catch {
    return '';
  }
}
