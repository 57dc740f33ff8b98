import type { Holder, Newest } from '../../../state/server/ops-connectors.ts';
import type { RunQueries } from '../../../state/server/ops-state.ts';
import type { ManagedSource, ManagedSources } from '../../knowledge/managed-sources.ts';
import { sourceCommands } from '../commands.ts';
import { SOURCE_STATES, type OpsKnowledgeSource } from '../model/knowledge-source.ts';
import { opsRun } from '../run/run-facts.ts';

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
      const holder = names.map((name) => holders.get(name)).find((found) => found !== undefined);
      const runs = names.map((name) => newest.get(name)).find((found) => found !== undefined);
      return opsKnowledgeSource(source, holder, runs, now);
    })
    .sort((left, right) => SOURCE_STATES.indexOf(left.state) - SOURCE_STATES.indexOf(right.state));
}

/** The names that leases and runs of a source may have. */
function namesOf({ id, name }: ManagedSource): string[] {
  return name === null ? [id] : [id, name];
}

function opsKnowledgeSource(
  source: ManagedSource,
  holder: Holder | undefined,
  newest: Newest | undefined,
  now: Date,
): OpsKnowledgeSource {
  const { cursor, state, id, name } = source;
  const last = newest?.last ?? null;
  const held = cursor?.heldDeletes ?? 0;
  return {
    source_id: id,
    name,
    title: source.title,
    tenant_id: source.tenantId,
    base_url: source.baseUrl,
    // A batch in progress does not hide an earlier failure.
    state: holder?.alive === true && CALM.has(state) ? 'running' : state,
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
    last_run: last === null ? null : opsRun(last, now, holder, 'knowledge_source'),
    commands: sourceCommands(name ?? id, held),
  };
}

const CALM: ReadonlySet<ManagedSource['state']> = new Set(['unfinished', 'never_synced', 'ok']);

function problemOf({ state, problem, cursor }: ManagedSource): string | null {
  if (problem !== null || cursor === null) return problem;
  if (state === 'failing') return cursor.lastError;
  return state === 'held' ? cursor.holdReason : null;
}
