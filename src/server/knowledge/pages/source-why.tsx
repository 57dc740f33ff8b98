import type { ManagedSource } from '../../../app/knowledge/managed-sources.ts';
import { Command } from '../../ops/elements/command.tsx';
import { countText, deletesText } from '../../ops/elements/figures.ts';

/** What is wrong with a source, and what to do about it; renders nothing for one without problems. */
export function SourceWhy({ source }: { readonly source: ManagedSource }) {
  const { state, problem, cursor, canRelease, id, name } = source;
  if (state === 'unusable') {
    return (
      <>
        <p>{problem}</p>
        <p class="fix">
          {name === null
            ? 'Correct the row in kb_sources.'
            : 'Correct the file of this source, and apply it again.'}
        </p>
      </>
    );
  }
  if (cursor === null) return null;
  if (state === 'failing') {
    return (
      <>
        <p class="message">{cursor.lastError ?? 'The last page failed without a message.'}</p>
        <p class="fix">Nothing was stored. Sync requests the same page again.</p>
      </>
    );
  }
  if (state === 'held') {
    return (
      <>
        <p>
          {deletesText(cursor.heldDeletes)} withheld: {cursor.holdReason ?? 'the guard did not say why'}.
          Everything else was stored.
        </p>
        {canRelease ? (
          <>
            <p class="fix">Check the source first. If these items are gone there, release the deletes:</p>
            <Command
              text={`gemini-sync-bridge kb sync --source ${name ?? id} --until-done --allow-deletes ${cursor.heldDeletes}`}
              label={`Release the deletes of ${source.title}`}
            />
          </>
        ) : (
          <p class="fix">
            Find out why the source listed only a part. The next complete pass decides; --allow-deletes does
            not release these.
          </p>
        )}
      </>
    );
  }
  if (state === 'partial') {
    return (
      <p>
        The embedding API refuses {countText(cursor.setAside)} {cursor.setAside === 1 ? 'text' : 'texts'} of
        this source. They are set aside, with the reason, in <code>kb_set_aside</code>; all others are stored.
      </p>
    );
  }
  return null;
}
