import { sourceState, type SourceState } from '../../../app/knowledge/source-state.ts';
import { count } from '../../../core/text/count-text.ts';
import { printable } from '../../../core/text/printable.ts';
import type { SourceSummary } from '../../../knowledge/knowledge.ts';
import type { Style } from '../style.ts';
import { aligned } from '../table.ts';
import { wrapIndented } from '../wrap.ts';

/** A source formatted for a program. */
export function sourceJson(source: SourceSummary) {
  const { cursor } = source;
  return {
    id: source.id,
    name: source.name,
    tenant_id: source.tenantId,
    title: source.title,
    base_url: source.baseUrl,
    problem: source.problem,
    state: sourceState(source),
    documents: source.documents,
    chunks: source.chunks,
    cursor:
      cursor === null
        ? null
        : {
            next_cursor: cursor.nextCursor,
            in_progress: cursor.inProgress,
            page_count: cursor.pages,
            item_count: cursor.items,
            last_status: cursor.lastStatus,
            last_http_status: cursor.lastHttpStatus,
            last_synced_at: cursor.lastSyncedAt,
            last_error: cursor.lastError,
            held_deletes: cursor.heldDeletes,
            hold_reason: cursor.holdReason,
            set_aside: cursor.setAside,
            embedder: cursor.embedder,
          },
  };
}

const HEADINGS = ['source', 'tenant', 'state', 'pages', 'items', 'chunks', 'last sync', 'title'];

const STATE_WORDS: Readonly<Record<SourceState, string>> = {
  unusable: 'unusable',
  failing: 'failing',
  held: 'held',
  partial: 'partial',
  unfinished: 'unfinished',
  never_synced: 'never synced',
  ok: 'ok',
};

/**
 * Formats one line per source, and below it what is wrong with it; if the lines do not fit, a paragraph per source.
 * @param columns the width of the terminal; infinite for other outputs
 */
export function sourceTable(sources: readonly SourceSummary[], style: Style, columns: number): string {
  if (sources.length === 0) {
    return 'No knowledge sources exist. Create one with: gemini-sync-bridge kb apply FILE\n';
  }
  const rows = sources.map((source) => {
    const { id, name, tenantId, title, chunks, cursor } = source;
    return [
      printable(name ?? id),
      printable(tenantId),
      STATE_WORDS[sourceState(source)],
      count(cursor?.pages ?? 0),
      count(cursor?.items ?? 0),
      count(chunks),
      cursor?.lastSyncedAt?.slice(0, 'YYYY-MM-DDTHH:MM'.length).replace('T', ' ') ?? 'never',
      printable(title),
    ];
  });
  const [heading = '', ...lines] = aligned([HEADINGS, ...rows]);
  const fits = ![heading, ...lines].some((line) => line.length > columns);
  const texts = sources.flatMap((source, index) => {
    const state = sourceState(source);
    const line = fits ? (lines[index] ?? '') : paragraph(rows[index] ?? []);
    return [painted(line, state, style), ...remarks(source)];
  });
  return `${wrapIndented([...(fits ? [style.bold(heading)] : []), ...texts].join('\n'), columns)}\n`;
}

function paragraph([
  name = '',
  tenant = '',
  state = '',
  pages,
  items,
  chunks,
  time,
  title = '',
]: readonly string[]) {
  return `${name}  ${title}\n  ${state}, tenant ${tenant}, ${pages} pages, ${items} items, ${chunks} chunks, last sync ${time}`;
}

function painted(line: string, state: SourceState, style: Style): string {
  if (state === 'unusable' || state === 'failing') return style.red(line);
  return state === 'held' || state === 'partial' ? style.yellow(line) : line;
}

function remarks({ problem, cursor }: SourceSummary): string[] {
  const texts = problem === null ? [] : [problem];
  if (cursor !== null) {
    const { lastStatus, lastError, holdReason, heldDeletes, setAside } = cursor;
    if (lastStatus === 'error' && lastError !== null) texts.push(lastError);
    if (holdReason !== null) texts.push(`${count(heldDeletes)} deletes are held: ${holdReason}.`);
    if (setAside > 0) texts.push(`${count(setAside)} texts are set aside: the embedding API refuses them.`);
  }
  return texts.map((text) => `  ! ${printable(text)}`);
}
