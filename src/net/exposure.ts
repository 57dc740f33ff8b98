import { isLoopback } from '../core/endpoint.ts';

/** What others on the way to a server could read or change. `what` and `fix` are sentences. */
export interface Exposure {
  readonly what: string;
  readonly fix: string;
}

/** Whether a connection to this host does not leave the machine: the loopback, or the folder of a Unix socket. */
export function isThisMachine(host: string): boolean {
  if (host.startsWith('/')) return true;
  const name = host.toLowerCase().replace(/^::ffff:(?=127\.)/, '');
  return isLoopback({ hostname: name.includes(':') ? `[${name}]` : name });
}
