import { BridgeError } from '../errors.ts';
import { includesRight, type Right } from '../secrets/access-key.ts';

/** Who performs an action, as the audit log records it. */
export interface Actor {
  /** `key`: an access key or a login with one. `local`: this machine, on a server without keys. */
  readonly kind: 'key' | 'proxy_user' | 'local' | 'command_line';
  /** The id of the key or of the user, never the key itself. */
  readonly id: string;
  readonly name: string;
  readonly right: Right;
  /** The network address; null for the command line. */
  readonly address: string | null;
  /** The request of the action; null for the command line. */
  readonly requestId: string | null;
}

/** @throws BridgeError RIGHT_MISSING */
export function requireRight({ right: held }: Pick<Actor, 'right'>, wanted: Right): void {
  if (includesRight(held, wanted)) return;
  throw new BridgeError('RIGHT_MISSING', `This needs the right "${wanted}"; the caller has "${held}".`, {
    hint: `Ask an administrator for this right. A key with it is created with: gemini-sync-bridge keys create --right ${wanted}`,
  });
}
