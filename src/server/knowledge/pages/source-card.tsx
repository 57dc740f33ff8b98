import type { ManagedSource } from '../../../app/knowledge/managed-sources.ts';
import { countText, UNKNOWN } from '../../ops/elements/figures.ts';
import { Mark } from '../../ops/elements/mark.tsx';
import { Moment } from '../../ops/elements/moment.tsx';
import { FormToken } from '../../http/pages/form-token.tsx';
import { cardId, deletePath, syncPath } from '../paths.ts';
import { meaningOfSource, sourceNeeds } from '../../ops/elements/other-states.ts';
import { SourceWhy } from './source-why.tsx';

interface Card {
  readonly source: ManagedSource;
  readonly now: string;
  readonly formToken: string | undefined;
}

/** One source: its state, its figures, and what can be done with it. */
export function SourceCard({ source, now, formToken }: Card) {
  const { id, name, title, tenantId, baseUrl } = source;
  const meaning = meaningOfSource(source);
  return (
    <li class="source" id={cardId(id)} data-key={id} data-news={title} data-word={meaning.word}>
      <div class="source-head">
        <h2>
          <Mark meaning={meaning} /> <span class="name">{title}</span>
        </h2>
        <p class="quiet">
          Tenant {tenantId}
          {name !== null && ` · ${name}`}
        </p>
        {baseUrl !== null && (
          <p class="address">
            <code>{baseUrl}</code>
          </p>
        )}
      </div>
      <Actions source={source} formToken={formToken} />
      {(source.cursor !== null || source.chunks > 0) && <Figures source={source} now={now} />}
      {sourceNeeds(source) && (
        <div class={`need tone-${meaning.tone}`}>
          <SourceWhy source={source} />
        </div>
      )}
    </li>
  );
}

function Actions({ source: { id, title }, formToken }: Omit<Card, 'now'>) {
  return (
    <form class="actions" method="post" action={syncPath(id)} data-sync={id} data-title={title}>
      <FormToken value={formToken} />
      <button type="submit" aria-label={`Sync one page of ${title}`}>
        Sync
      </button>
      <button
        type="button"
        class="when-scripted"
        data-until-done
        aria-label={`Sync ${title} to the end of the pass`}
      >
        Sync to the end
      </button>
      <a class="button" href={deletePath(id)} aria-label={`Delete ${title}`}>
        Delete
      </a>
    </form>
  );
}

function Figures({ source, now }: Pick<Card, 'source' | 'now'>) {
  const { cursor, chunks, documents } = source;
  const figures: readonly (readonly [name: string, value: string])[] = [
    [cursor?.inProgress === true ? 'pages so far' : 'pages', countText(cursor?.pages ?? null)],
    [cursor?.inProgress === true ? 'items so far' : 'items', countText(cursor?.items ?? null)],
    ['chunks', countText(chunks)],
    ['documents', countText(documents)],
    ['HTTP status', cursor?.lastHttpStatus?.toString() ?? UNKNOWN],
    ...(cursor !== null && cursor.heldDeletes > 0
      ? [['deletes held', countText(cursor.heldDeletes)] as const]
      : []),
    ...(cursor !== null && cursor.setAside > 0
      ? [['texts set aside', countText(cursor.setAside)] as const]
      : []),
  ];
  return (
    <dl class="counts">
      <div>
        <dt>last sync</dt>
        <dd>
          <Moment at={cursor?.lastSyncedAt ?? null} now={now} />
        </dd>
      </div>
      <div class="wide">
        <dt>next</dt>
        <dd title={cursor?.nextCursor ?? undefined}>{nextText(source)}</dd>
      </div>
      {figures.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
      <div class="wide">
        <dt>embedder</dt>
        <dd>{cursor?.embedder ?? UNKNOWN}</dd>
      </div>
    </dl>
  );
}

/** A null cursor has two meanings, which only the pass tells apart. */
function nextText({ cursor }: ManagedSource): string {
  const next = cursor?.nextCursor ?? null;
  if (next !== null) return next;
  return cursor?.inProgress === true ? 'same page' : 'first page';
}
