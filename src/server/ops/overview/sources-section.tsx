import type { OpsKnowledgeSource } from '../../../app/ops/model/knowledge-source.ts';
import { cardId, SOURCES_PATH } from '../../knowledge/paths.ts';
import { runPath } from '../elements/addresses.ts';
import { countText, UNKNOWN } from '../elements/figures.ts';
import { Mark } from '../elements/mark.tsx';
import { Moment } from '../elements/moment.tsx';
import { meaningOfSource } from '../elements/other-states.ts';

interface Section {
  readonly sources: readonly OpsKnowledgeSource[];
  readonly now: string;
}

/** The knowledge sources, beside the connectors; renders nothing where there are none. */
export function SourcesSection({ sources, now }: Section) {
  if (sources.length === 0) return null;
  return (
    <section aria-labelledby="sources-title">
      <h2 id="sources-title" tabindex={-1}>
        Knowledge sources
      </h2>
      <div id="knowledge-sources" data-live>
        <div class="scroll" tabindex={0} role="region" aria-label="Table of knowledge sources">
          <table class="cards">
            <caption class="unseen">Knowledge sources</caption>
            <thead>
              <tr>
                <th scope="col">State</th>
                <th scope="col">Source</th>
                <th scope="col">Tenant</th>
                <th scope="col">Last page</th>
                <th scope="col">Last run</th>
                {['Pages', 'Items', 'Chunks', 'Held', 'Set aside'].map((title) => (
                  <th scope="col" class="figure" key={title}>
                    {title}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {sources.map((source) => (
                <SourceRow key={source.source_id} source={source} now={now} />
              ))}
            </tbody>
          </table>
        </div>
      </div>
      <p>
        <a href={SOURCES_PATH}>Sync or delete knowledge sources</a>{' '}
        <span class="quiet">(needs the right "admin")</span>
      </p>
    </section>
  );
}

function SourceRow({ source, now }: { readonly source: OpsKnowledgeSource; readonly now: string }) {
  const { source_id: id, title, last_run: run } = source;
  const meaning = meaningOfSource(source);
  const figures = [
    ['pages', source.pages],
    ['items', source.items],
    ['chunks', source.chunks],
    ['held', source.held_deletes],
    ['set aside', source.set_aside],
  ] as const;
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
      <td data-label="last run">
        {run === null ? (
          <span class="unknown">{UNKNOWN}</span>
        ) : (
          <a href={runPath(run.run_id)}>
            <Moment at={run.started_at} now={now} />
          </a>
        )}
      </td>
      {figures.map(([label, value]) => (
        <td
          key={label}
          class={`figure${(label === 'held' || label === 'set aside') && value > 0 ? ' loud' : ''}`}
          data-label={label}
        >
          {countText(value)}
        </td>
      ))}
    </tr>
  );
}
