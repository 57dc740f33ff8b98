import { BridgeError } from '../../../core/errors.ts';
import type { Problem } from '../../../definitions/problem.ts';
import { problemLine } from '../../../definitions/problem.ts';
import { DEFAULT_TIME_ZONE } from '../../../definitions/schedule/types.ts';
import { readConnectorFile } from '../../../definitions/files/definition-files.ts';
import type { DocumentCount } from '../../../state/server/document-counts.ts';
import { explainDefinition } from '../../catalog/explain-definition.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import { CATALOG_ENTRIES_PER_PAGE, CATALOG_PROPOSALS_MAX } from '../../limits.ts';
import type { OpsConnector } from '../../ops/model/connector.ts';
import type { Ops } from '../../ops/ops.ts';
import { targetOf } from '../../run/job.ts';
import type { ProposalRecord, ProposalService } from '../proposals/proposal-service.ts';
import { brokenConnectors, type BrokenConnector } from './broken-files.ts';
import type { CatalogEntry, CountedEntry } from './entry.ts';
import { foundEntries, type CatalogQuery } from './find-entries.ts';

interface StudioCatalogContext {
  readonly catalog: Catalog;
  readonly ops: Pick<Ops, 'snapshot'>;
  readonly state: {
    documentCounts(connectorIds: readonly string[]): Promise<readonly DocumentCount[]>;
  };
  readonly proposals?: Pick<ProposalService, 'list'> | undefined;
  readonly cwd: string;
}

/** One page of the entries that a query selects. */
export interface CatalogPage {
  readonly generatedAt: string;
  readonly entries: readonly CountedEntry[];
  /** How many entries the query selects on all pages. */
  readonly found: number;
  /** How many connectors there are. */
  readonly total: number;
  readonly page: number;
  readonly pages: number;
  /** Problems that belong to no file of a connector, such as a folder that cannot be read. */
  readonly folderProblems: readonly Problem[];
}

/** One connector with the text of its file. */
export interface CatalogDetail extends CountedEntry {
  readonly generatedAt: string;
  readonly yaml: string;
  /** The YAML with its preset filled in, if that differs; null otherwise, and for a broken file. */
  readonly explained: string | null;
}

/** The connectors of the folder, for people. Every method: @throws BridgeError STATE_* */
export interface StudioCatalog {
  list(query: CatalogQuery): Promise<CatalogPage>;
  /** @throws BridgeError CONNECTOR_FILE_UNREADABLE if the file disappeared; undefined if there is no such connector */
  find(id: string): Promise<CatalogDetail | undefined>;
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

export function openStudioCatalog(context: StudioCatalogContext): StudioCatalog {
  const { catalog, ops, state, proposals, cwd } = context;

  async function allEntries() {
    const content = await catalog.current();
    const [snapshot, broken, proposed] = await Promise.all([
      ops.snapshot(ALL_CONNECTORS),
      brokenConnectors(content.problems, new Set(content.connectors.keys()), cwd),
      proposals?.list({ limit: CATALOG_PROPOSALS_MAX }) ?? [],
    ]);
    const known = new Map(snapshot.connectors.map((each) => [each.connector_id, each]));
    const open = newestOpen(proposed);
    const valid = [...content.connectors].map(([id, { file, connector }]): CatalogEntry => {
      const { metadata, spec } = connector;
      const fromOps = known.get(id);
      return {
        id,
        file,
        description: metadata.description ?? null,
        mode: spec.mode,
        sourceType: spec.source.type,
        schedule: spec.schedule ?? null,
        timeZone: spec.schedule === undefined ? null : (spec.timeZone ?? DEFAULT_TIME_ZONE),
        paused: spec.paused === true,
        ...opsFields(fromOps),
        target: targetOf(spec, false),
        problems: [],
        openProposal: open.get(id) ?? null,
      };
    });
    const others = broken.map((each) => brokenEntry(each, known.get(each.id), open));
    const files = new Set([...content.connectors.values(), ...broken].map(({ file }) => file));
    const folderProblems = content.problems.filter(
      ({ code, place }) => code !== 'no_files' && !files.has(place.file) && !/\.ya?ml$/.test(place.file),
    );
    return { entries: [...valid, ...others], generatedAt: snapshot.generated_at, folderProblems };
  }

  /** Only a run changes the number of documents, so a number stays valid until the connector has another newest run. */
  const counts = new Map<string, { readonly stamp: string; readonly documents: number }>();

  async function counted(entries: readonly CatalogEntry[]): Promise<readonly CountedEntry[]> {
    const stale = entries.filter(
      (entry) => entry.target !== null && counts.get(entry.id)?.stamp !== stampOf(entry),
    );
    const found = await state.documentCounts(stale.map(({ id }) => id));
    const documents = new Map(found.map((each) => [`${each.connectorId} ${each.target}`, each.documents]));
    for (const entry of stale) {
      const number = documents.get(`${entry.id} ${entry.target ?? ''}`) ?? 0;
      counts.set(entry.id, { stamp: stampOf(entry), documents: number });
    }
    return entries.map((entry) => ({
      ...entry,
      documents: entry.target === null ? null : (counts.get(entry.id)?.documents ?? 0),
    }));
  }

  return {
    async list(query) {
      const { entries, ...rest } = await allEntries();
      const found = foundEntries(entries, query);
      const pages = Math.max(1, Math.ceil(found.length / CATALOG_ENTRIES_PER_PAGE));
      const page = Math.min(query.page, pages);
      const first = (page - 1) * CATALOG_ENTRIES_PER_PAGE;
      const shown = await counted(found.slice(first, first + CATALOG_ENTRIES_PER_PAGE));
      return { ...rest, entries: shown, found: found.length, total: entries.length, page, pages };
    },
    async find(id) {
      const { entries, generatedAt } = await allEntries();
      const entry = entries.find((each) => each.id === id);
      if (entry === undefined) return undefined;
      const [detail = { ...entry, documents: null }] = await counted([entry]);
      const yaml = await textOf(entry, cwd);
      const isValid = entry.problems.length === 0;
      const explained = isValid ? await explainDefinition(entry.file, cwd) : yaml;
      return { ...detail, generatedAt, yaml, explained: explained === yaml ? null : explained };
    },
  };
}

function stampOf({ target, lastRun }: CatalogEntry): string {
  return [target, lastRun?.run_id, lastRun?.status, lastRun?.finished_at].join(' ');
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
  open: ReadonlyMap<string, CatalogEntry['openProposal']>,
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
function newestOpen(proposals: readonly ProposalRecord[]): ReadonlyMap<string, CatalogEntry['openProposal']> {
  const open = new Map<string, CatalogEntry['openProposal']>();
  for (const { connectorId, id, action, pull, state } of proposals) {
    if (OPEN.has(state) && !open.has(connectorId)) open.set(connectorId, { id, action, pull, state });
  }
  return open;
}

async function textOf({ file }: CatalogEntry, cwd: string): Promise<string> {
  const content = await readConnectorFile(file, cwd);
  if ('text' in content) return content.text;
  // A file that is too large or not text is listed with its problem, and has no text to show.
  if (content.problem.code !== 'file_unreadable') return '';
  throw new BridgeError('CONNECTOR_FILE_UNREADABLE', problemLine(content.problem), {
    hint: 'Check the files with: gemini-sync-bridge validate',
  });
}
