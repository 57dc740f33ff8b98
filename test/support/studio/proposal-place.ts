import { join } from 'node:path';
import { openProposals, type ProposalTiming } from '../../../src/app/studio/proposals/open-proposals.ts';
import type { ProposalOrder } from '../../../src/app/studio/proposals/proposal-service.ts';
import type { Actor } from '../../../src/core/access/actor.ts';
import type { AuditEvent } from '../../../src/core/access/audit-log.ts';
import { createRedactor } from '../../../src/core/secrets/redact.ts';
import { silentLogger } from '../../../src/core/log.ts';
import { systemClock, type Clock } from '../../../src/core/time/clock.ts';
import { openServerDatabase } from '../../../src/database/open-server-database.ts';
import { openAuditLog } from '../../../src/state/audit/audit-log.ts';
import { openProposalStore, type ProposalStore } from '../../../src/state/studio/proposals.ts';
import { gitBlob } from '../../../src/studio/git-blob.ts';
import { localBase } from '../../../src/studio/local-base.ts';
import type { GithubSettings } from '../../../src/studio/github/settings.ts';

/** The place of a stand-in for GitHub, as its settings. */
interface StandInPlace {
  readonly apiUrl: string;
  readonly owner: string;
  readonly name: string;
  readonly token: string;
}

export function githubSettings(place: StandInPlace, more: Partial<GithubSettings> = {}): GithubSettings {
  return {
    apiUrl: place.apiUrl,
    owner: place.owner,
    name: place.name,
    baseBranch: undefined,
    credentials: { kind: 'token', token: place.token },
    ca: undefined,
    proxy: { http: undefined, https: undefined, except: undefined },
    ...more,
  };
}

/** No waits between requests, and a lease that a killed process holds only briefly. */
export const QUICK: ProposalTiming = { betweenWritesMs: 0, retryMs: 1, busyMs: 10_000, leaseMs: 400 };

/** Proposals with a database of their own in a folder. */
export async function openProposalPlace(
  folder: string,
  github: GithubSettings | undefined,
  {
    timing = QUICK,
    clock = systemClock,
    storeOf = (store) => store,
  }: {
    readonly timing?: ProposalTiming;
    readonly clock?: Clock;
    /** Replaces parts of the journal, such as those that fail. */
    readonly storeOf?: (store: ProposalStore) => ProposalStore;
  } = {},
) {
  const database = await openServerDatabase({ file: join(folder, 'state.db') });
  const store = storeOf(openProposalStore(database, clock));
  const log = openAuditLog(database, clock);
  const audited: AuditEvent[] = [];
  const audit = {
    async record(event: AuditEvent) {
      await log.record(event);
      audited.push(event);
    },
  };
  const redactor = createRedactor();
  const proposals = openProposals({
    github,
    served: localBase(folder),
    store,
    audit,
    clock,
    log: silentLogger,
    redactor,
    timing,
  });
  return {
    proposals,
    store,
    audited,
    async close() {
      await proposals.close();
      await database.close();
    },
  };
}

export const ADA: Actor = {
  kind: 'key',
  id: 'ada',
  name: 'Ada',
  right: 'author',
  address: '127.0.0.1',
  requestId: 'request-1',
};
export const BOB: Actor = { ...ADA, id: 'bob', name: 'Bob' };

export const ORDERS = 'connectors/orders.yaml';
export const ORDERS_TEXT = 'metadata: { name: orders }  # of the shop\nspec:\n  pageSize: 100\n';

export function anOrder(more: Partial<ProposalOrder> = {}, after: string | null = null): ProposalOrder {
  const text = after ?? ORDERS_TEXT.replace('100', '200');
  return {
    connectorId: 'orders',
    action: 'edit',
    title: 'Raise the page size of orders',
    bodyOf: (changes) => `Changes ${changes.map(({ path }) => path).join(', ')}.`,
    changesOf: async (base, signal) => {
      const before = (await base.read(ORDERS, signal))?.text ?? null;
      return before === text ? [] : [{ path: ORDERS, before, after: text }];
    },
    basedOn: { path: ORDERS, blob: gitBlob(ORDERS_TEXT) },
    draftId: null,
    ...more,
  };
}
