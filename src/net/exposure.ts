import { isLoopback } from '../core/endpoint.ts';

/** Data that others on the network path to a server could read or change. `what` and `fix` are sentences. */
export interface Exposure {
  readonly what: string;
  readonly fix: string;
}

/** Whether a connection to this host stays on the machine: the host is the loopback, or the folder of a Unix socket. */
export function isThisMachine(host: string): boolean {
  if (host.startsWith('/')) return true;
  const name = host.toLowerCase().replace(/^::ffff:(?=127\.)/, '');
  return isLoopback({ hostname: name.includes(':') ? `[${name}]` : name });
}
