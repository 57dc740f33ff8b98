import { tlsFaultOfCode } from './tls-faults.ts';

/** Whether the code of an error of Node's says that TLS failed: an untrusted certificate, another name, no common cipher. */
export function isTlsFailure(code: string): boolean {
  return tlsFaultOfCode(code) !== undefined;
}
