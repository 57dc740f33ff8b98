import type { Catalog } from '../app/catalog.ts';
import type { PushIntake } from '../app/push/intake.ts';
import type { ServerState } from '../app/server-state.ts';
import type { Clock } from '../core/clock.ts';
import type { Logger } from '../core/log.ts';
import type { Gate } from './access.ts';

/** What the routes work with. */
export interface ServerContext {
  readonly version: string;
  readonly log: Logger;
  readonly clock: Clock;
  readonly catalog: Catalog;
  readonly state: ServerState;
  readonly intake: PushIntake;
  readonly gate: Gate;
  /** Addresses of proxies whose `X-Forwarded-*` headers are believed; none by default. */
  readonly trustedProxies: readonly string[];
}
