import type { RunQueries } from '../../../state/server/ops-state.ts';
import type { ManagedSource, ManagedSources } from '../../knowledge/managed-sources.ts';
import { sourceCommands } from '../commands.ts';
import { SOURCE_STATES, type OpsKnowledgeSource } from '../model/knowledge-source.ts';
import type { OpsRun } from '../model/run.ts';
import { holderOfRun, opsRun } from '../run/run-facts.ts';

interface Sources {
  readonly sources: Pick<ManagedSources, 'list'>;
  readonly state: Pick<RunQueries, 'holders' | 'newestRuns'>;
  readonly now: Date;
}

/** Every knowledge source, those that need attention first. */
export async function opsKnowledgeSources({ sources, state, now }: Sources): Promise<OpsKnowledgeSource[]> {
  const listed = await sources.list();
  if (listed.length === 0) return [];
  const holders = await state.holders();
  const newest = await state.newestRuns(listed.flatMap(namesOf));
  return listed
    .map((source) => {
      const names = namesOf(source);
      const isAlive = [`run:${source.id}`, ...names].some((name) => holders.get(name)?.alive === true);
      const runs = names.map((name) => newest.get(name)).find((found) => found !== undefined);
      const last = runs?.last ?? null;
      const run = last === null ? null : opsRun(last, now, holderOfRun(holders, last), 'knowledge_source');
      return opsKnowledgeSource(source, run, isAlive);
    })
    .sort((left, right) => SOURCE_STATES.indexOf(left.state) - SOURCE_STATES.indexOf(right.state));
}

/** The names that batches and runs of a source may have. The lease of a whole run is named `run:` and its id. */
function namesOf({ id, name }: ManagedSource): string[] {
  return name === null ? [id] : [id, name];
}

function opsKnowledgeSource(source: ManagedSource, run: OpsRun | null, isAlive: boolean): OpsKnowledgeSource {
  const { cursor, state, id, name } = source;
  const held = cursor?.heldDeletes ?? 0;
  return {
    source_id: id,
    name,
    title: source.title,
    tenant_id: source.tenantId,
    base_url: source.baseUrl,
    // A batch in progress does not hide an earlier failure.
    state: isAlive && CALM.has(state) ? 'running' : state,
    problem: problemOf(source),
    next_cursor: cursor?.nextCursor ?? null,
    pages: cursor?.pages ?? 0,
    items: cursor?.items ?? 0,
    last_http_status: cursor?.lastHttpStatus ?? null,
    last_synced_at: cursor?.lastSyncedAt ?? null,
    held_deletes: held,
    set_aside: cursor?.setAside ?? 0,
    chunks: source.chunks,
    documents: source.documents,
    embedder: cursor?.embedder ?? null,
    last_run: run,
    commands: sourceCommands(name ?? id, source.canRelease ? held : 0),
  };
}

const CALM: ReadonlySet<ManagedSource['state']> = new Set(['unfinished', 'never_synced', 'ok']);

function problemOf({ state, problem, cursor }: ManagedSource): string | null {
  if (problem !== null || cursor === null) return problem;
  if (state === 'failing') return cursor.lastError;
  return state === 'held' ? cursor.holdReason : null;
}
