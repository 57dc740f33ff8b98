import type { Draft } from '../../../app/studio/drafts/draft-service.ts';
import { Moment } from '../../ops/elements/moment.tsx';
import { draftPath } from '../paths.ts';
import { draftTitle } from './draft-title.ts';

/** The drafts that a person has not finished. */
export function DraftList({ drafts, now }: { readonly drafts: readonly Draft[]; readonly now: string }) {
  if (drafts.length === 0) return null;
  return (
    <section aria-labelledby="drafts-title">
      <h2 id="drafts-title">Your drafts</h2>
      <ul class="drafts">
        {drafts.map((draft) => (
          <li key={draft.id}>
            <a href={draftPath(draft.id)}>{draftTitle(draft)}</a>{' '}
            <span class="quiet">
              changed <Moment at={draft.updatedAt} now={now} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
