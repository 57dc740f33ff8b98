import type { ManagedSource } from '../../../app/knowledge/managed-sources.ts';
import { SOURCE_STATES_BY_NEED } from '../../../app/knowledge/source-state.ts';
import { Command } from '../../ops/elements/command.tsx';
import { countText } from '../../ops/elements/figures.ts';
import { framed, type Viewer } from '../../ops/elements/frame.tsx';
import { Shape } from '../../ops/elements/mark.tsx';
import type { Flash } from '../../http/flash.ts';
import { SourceCard } from './source-card.tsx';
import { sourceNeeds } from '../../ops/elements/other-states.ts';
import { Toast } from './toast.tsx';

interface SourcesPage {
  readonly sources: readonly ManagedSource[];
  readonly now: string;
  readonly flash: Flash | undefined;
  readonly formToken: string | undefined;
  readonly viewer: Viewer;
}

/** `/backoffice/rest-sources`: all knowledge sources, those that need attention first. */
export function sourcesPage({ sources, now, flash, formToken, viewer }: SourcesPage): string {
  const needs = sources.filter(sourceNeeds).length;
  return framed({
    title: needs === 0 ? 'Knowledge sources' : `(${needs}) Knowledge sources`,
    at: now,
    viewer,
    script: '/public/sources.js',
    trail: [{ label: 'Knowledge sources' }],
    children: (
      <>
        <Toast flash={flash} />
        <div id="sources" data-live>
          <Headline total={sources.length} needs={needs} />
          {sources.length === 0 ? (
            <FirstSteps />
          ) : (
            <>
              <ul class="sources">
                {byNeed(sources).map((source) => (
                  <SourceCard key={source.id} source={source} now={now} formToken={formToken} />
                ))}
              </ul>
              <Notes sources={sources} />
            </>
          )}
        </div>
      </>
    ),
  });
}

function byNeed(sources: readonly ManagedSource[]): readonly ManagedSource[] {
  const rank = ({ state }: ManagedSource) =>
    sourceNeeds({ state }) ? SOURCE_STATES_BY_NEED.indexOf(state) : 9;
  return [...sources].sort((left, right) => rank(left) - rank(right));
}

function Headline({ total, needs }: { readonly total: number; readonly needs: number }) {
  if (total === 0) return <h1>No knowledge sources yet</h1>;
  const noun = total === 1 ? 'knowledge source' : 'knowledge sources';
  return (
    <h1 class="headline">
      <Shape tone={needs === 0 ? 'good' : 'bad'} />{' '}
      {needs === 0
        ? `${countText(total)} ${noun}`
        : `${countText(needs)} of ${countText(total)} ${total === 1 ? 'knowledge source needs' : 'knowledge sources need'} attention`}
    </h1>
  );
}

function FirstSteps() {
  return (
    <section aria-labelledby="first-title">
      <h2 id="first-title">Start here</h2>
      <p>Describe a source in a file, and apply it (replace NAME). It is listed here at once.</p>
      <Command text="gemini-sync-bridge kb apply connectors/NAME.yaml" label="Create a source from a file" />
      <p class="quiet">
        Missing a source? It is in another database: the server and the command need the same{' '}
        <code>DATABASE_URL</code>, or the same working directory.
      </p>
    </section>
  );
}

function Notes({ sources }: { readonly sources: readonly ManagedSource[] }) {
  const isOffline = sources.some(({ cursor }) => cursor?.embedder?.startsWith('offline-') === true);
  return (
    <section class="notes">
      <p class="quiet">
        Sync reads one page and stores it. A pass goes from the first page to the last; then Sync begins the
        next pass, which embeds only what has changed.
      </p>
      {isOffline && (
        <p class="quiet">
          An offline embedder finds the same words, not the same meaning. Set <code>OPENAI_API_KEY</code> to
          embed with a model.
        </p>
      )}
    </section>
  );
}
