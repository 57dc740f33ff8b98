import type { Problem } from '../../../definitions/problem.ts';
import { DEFAULT_TIME_ZONE } from '../../../definitions/schedule/types.ts';
import type { Connector } from '../../../definitions/connector/types.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import { CATALOG_PROPOSALS_MAX } from '../../limits.ts';
import type { OpsConnector } from '../../ops/model/connector.ts';
import type { Ops } from '../../ops/ops.ts';
import { targetOf } from '../../run/job.ts';
import type { ProposalRecord, ProposalService } from '../proposals/proposal-service.ts';
import { brokenConnectors, type BrokenConnector } from './broken-files.ts';
import type { CatalogEntry } from './entry.ts';

export interface EntriesContext {
  readonly catalog: Catalog;
  readonly ops: Pick<Ops, 'snapshot'>;
  readonly proposals?: Pick<ProposalService, 'list'> | undefined;
  readonly cwd: string;
}

interface AllEntries {
  readonly entries: readonly CatalogEntry[];
  readonly generatedAt: string;
  /** Problems that belong to no file of a connector, such as a folder that cannot be read. */
  readonly folderProblems: readonly Problem[];
}

const ALL_CONNECTORS = {
  status: null,
  kind: 'connector',
  connectorId: null,
  runsOf: null,
  windowHours: 1,
  limitRuns: 1,
  offsetRuns: 0,
} as const;

/** States of proposals that wait for a decision. */
const OPEN: ReadonlySet<ProposalRecord['state']> = new Set(['open', 'branch', 'unknown']);

/** Reads all connectors of the folder, valid and broken, with a fixed number of queries. @throws BridgeError STATE_* */
export async function allEntries({ catalog, ops, proposals, cwd }: EntriesContext): Promise<AllEntries> {
  const content = await catalog.current();
  const [snapshot, broken, proposed] = await Promise.all([
    ops.snapshot(ALL_CONNECTORS),
    brokenConnectors(content.problems, new Set(content.connectors.keys()), cwd),
    proposals?.list({ limit: CATALOG_PROPOSALS_MAX }) ?? [],
  ]);
  const known = new Map(snapshot.connectors.map((each) => [each.connector_id, each]));
  const open = newestOpen(proposed);
  const valid = [...content.connectors].map(([id, found]) => validEntry(id, found, known.get(id), open));
  const others = broken.map((each) => brokenEntry(each, known.get(each.id), open));
  const folderProblems = content.problems.filter(
    ({ code, place }) => code !== 'no_files' && !/\.ya?ml$/.test(place.file),
  );
  return { entries: [...valid, ...others], generatedAt: snapshot.generated_at, folderProblems };
}

type OpenProposals = ReadonlyMap<string, CatalogEntry['openProposal']>;

function validEntry(
  id: string,
  { file, connector }: { readonly file: string; readonly connector: Connector },
  known: OpsConnector | undefined,
  open: OpenProposals,
): CatalogEntry {
  const { metadata, spec } = connector;
  return {
    id,
    file,
    description: metadata.description ?? null,
    mode: spec.mode,
    sourceType: spec.source.type,
    schedule: spec.schedule ?? null,
    timeZone: spec.schedule === undefined ? null : (spec.timeZone ?? DEFAULT_TIME_ZONE),
    paused: spec.paused === true,
    ...opsFields(known),
    target: targetOf(spec, false),
    problems: [],
    openProposal: open.get(id) ?? null,
  };
}

function opsFields(known: OpsConnector | undefined): Pick<CatalogEntry, 'nextDueAt' | 'state' | 'lastRun'> {
  return {
    nextDueAt: known?.freshness.next_due_at ?? null,
    state: known?.state ?? 'never_run',
    lastRun: known?.last_run ?? null,
  };
}

function brokenEntry(
  broken: BrokenConnector,
  known: OpsConnector | undefined,
  open: OpenProposals,
): CatalogEntry {
  return {
    ...broken,
    ...opsFields(known),
    schedule: null,
    timeZone: null,
    paused: false,
    state: 'broken',
    target: null,
    openProposal: open.get(broken.id) ?? null,
  };
}

/** The list has the newest proposals first. */
function newestOpen(proposals: readonly ProposalRecord[]): OpenProposals {
  const open = new Map<string, CatalogEntry['openProposal']>();
  for (const { connectorId, id, action, pull, state } of proposals) {
    if (OPEN.has(state) && !open.has(connectorId)) open.set(connectorId, { id, action, pull, state });
  }
  return open;
}
