import type { Catalog } from '../app/catalog/catalog.ts';
import type { Metrics } from '../app/serve/metrics.ts';
import type { RunStarter } from '../app/serve/run-starter.ts';
import type { OpenStore } from '../app/ops/run/artifact-lines.ts';
import type { DocumentLookup } from '../app/ops/connector/document-lookup.ts';
import type { RunLinks } from '../app/ops/surroundings.ts';

import type { SyncService } from '../app/sync/sync-service.ts';
import type { PushIntake } from '../app/push/intake.ts';
import type { ManagedSources } from '../app/knowledge/managed-sources.ts';
import type { ServerState } from '../app/serve/server-state.ts';
import type { Clock } from '../core/time/clock.ts';
import type { Logger } from '../core/log.ts';
import type { Gate } from './access/access.ts';
import type { StudioServices } from './studio/studio-services.ts';
import type { Login } from './access/open-access.ts';

/** What the sync of apps requires. */
export interface SyncContext {
  readonly service: SyncService;
  /** `SYNC_REQUESTS_PER_MINUTE`, for each key. */
  readonly requestsPerMinute: number;
  /** Origins whose pages may send sync requests; none by default. */
  readonly allowedOrigins: readonly string[];
  /** Removes secrets from a text. */
  redact(text: string): string;
}

/** What the routes require. */
export interface ServerContext {
  readonly version: string;
  readonly log: Logger;
  readonly clock: Clock;
  readonly catalog: Catalog;
  readonly state: ServerState;
  readonly metrics: Metrics;
  readonly runStarter: RunStarter;

  readonly intake: PushIntake;
  readonly sources: ManagedSources;
  readonly sync: SyncContext;
  readonly studio: StudioServices;
  readonly gate: Gate;
  /** Undefined if no login is required. */
  readonly login: Login | undefined;
  /** Links from the run pages to other systems. */
  readonly runLinks: RunLinks;
  /** The origin under which others reach this server; undefined: the one of each request. */
  readonly publicUrl?: string | undefined;
  /** Looks up a document of a connector, for Ops. */
  readonly lookUpDocument: DocumentLookup;
  /** Opens the artifacts that list held deletes and quarantined rows. */
  readonly openStore: OpenStore;
  /** Addresses of proxies whose `X-Forwarded-*` headers are trusted; none by default. */
  readonly trustedProxies: readonly string[];
}
