import type { OpsKnowledgeSource } from '../../../app/ops/model/knowledge-source.ts';
import { cardId, SOURCES_PATH } from '../../knowledge/paths.ts';
import { FigureCells, KindTable, RunCell } from '../elements/cells.tsx';
import { Mark } from '../elements/mark.tsx';
import { Moment } from '../elements/moment.tsx';
import { meaningOfSource } from '../elements/other-states.ts';

interface Section {
  readonly sources: readonly OpsKnowledgeSource[];
  readonly now: string;
}

const COLUMNS = ['State', 'Source', 'Tenant', 'Last page', 'Last run'];
const FIGURES = ['Pages', 'Items', 'Chunks', 'Held', 'Set aside'];
const LOUD = new Set(['Held', 'Set aside']);

/** The knowledge sources, beside the connectors; renders nothing where there are none. */
export function SourcesSection({ sources, now }: Section) {
  if (sources.length === 0) return null;
  const rows = sources.map((source) => <SourceRow key={source.source_id} source={source} now={now} />);
  return (
    <KindTable
      id="knowledge-sources"
      title="Knowledge sources"
      columns={COLUMNS}
      figures={FIGURES}
      rows={rows}
    >
      <p>
        <a href={SOURCES_PATH}>Sync or delete knowledge sources</a>{' '}
        <span class="quiet">(needs the right "admin")</span>
      </p>
    </KindTable>
  );
}

function SourceRow({ source, now }: { readonly source: OpsKnowledgeSource; readonly now: string }) {
  const { source_id: id, title, last_run: run } = source;
  const meaning = meaningOfSource(source);
  const figures = {
    Pages: source.pages,
    Items: source.items,
    Chunks: source.chunks,
    Held: source.held_deletes,
    'Set aside': source.set_aside,
  };
  return (
    <tr data-key={id} data-news={title} data-word={meaning.word}>
      <td>
        <Mark meaning={meaning} />
      </td>
      <td class="name">
        <a href={`${SOURCES_PATH}#${cardId(id)}`}>{title}</a>
      </td>
      <td class="breaks" data-label="tenant">
        {source.tenant_id}
      </td>
      <td data-label="last page">
        <Moment at={source.last_synced_at} now={now} />
      </td>
      <RunCell run={run} label="last run" now={now} />
      <FigureCells figures={figures} loud={LOUD} />
    </tr>
  );
}
