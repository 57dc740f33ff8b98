import { isIP } from 'node:net';
import type { Gate } from './access.ts';
import { HttpError } from './http-error.ts';

/** For a server without keys: whoever is on this machine may do everything, and nobody else anything. */
export function loopbackGate(): Gate {
  return {
    admit(request) {
      if (isLoopback(request.socket.remoteAddress))
        return Promise.resolve({ id: 'local', name: 'this machine' });
      const hint = 'Make a key with: gemini-sync-bridge keys create';
      return Promise.reject(
        new HttpError('FORBIDDEN', 'This server has no keys, so it answers this machine alone.', { hint }),
      );
    },
  };
}

function isLoopback(address: string | undefined): boolean {
  if (address === undefined || isIP(address) === 0) return false;
  return address === '::1' || address.replace('::ffff:', '').startsWith('127.');
}
