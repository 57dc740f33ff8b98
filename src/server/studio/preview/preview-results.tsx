import type { Preview, PreviewService } from '../../../app/studio/preview/preview-service.ts';
import { Facts } from '../../ops/elements/facts.tsx';
import { countText, exactText } from '../../ops/elements/figures.ts';
import { DocumentCard } from './document-card.tsx';
import { shownText } from './shown-text.ts';

/** What a run of the draft would add, change and delete. */
export function Counts({ counts }: { readonly counts: Awaited<ReturnType<PreviewService['counts']>> }) {
  const { added, changed, deleted, held, unchanged, quarantined, seen, holdReason, countedAt } = counts;
  return (
    <section role="status" aria-labelledby="counts-title">
      <h2 id="counts-title">What a run would change</h2>
      <Facts
        rows={[
          ['Added', countText(added)],
          ['Changed', countText(changed)],
          ['Deleted', countText(deleted)],
          ['Deletes on hold', countText(held)],
          ['Unchanged', countText(unchanged)],
          ['Rows set aside', countText(quarantined)],
          ['Rows read', countText(seen)],
        ]}
      />
      {holdReason !== null && <p>{shownText(holdReason)}</p>}
      <p class="quiet">Counted at {exactText(countedAt)}. The source may have changed since.</p>
    </section>
  );
}

/** The first documents of the source, and the rows that would not become documents. */
export function Documents({ preview }: { readonly preview: Preview }) {
  const { documents, quarantined, limitedBy, milliseconds } = preview;
  return (
    <section aria-labelledby="documents-title">
      <h2 id="documents-title">{headingOf(documents.length)}</h2>
      <p class="quiet">
        Read in {milliseconds} ms, as a run would write them. {limitOf(limitedBy)}
      </p>
      {quarantined.length > 0 && (
        <details open>
          <summary>
            {quarantined.length} {quarantined.length === 1 ? 'row' : 'rows'} would be set aside
          </summary>
          <ul>
            {quarantined.map(({ row, reason }) => (
              <li key={row}>
                Row {row}: {shownText(reason)}
              </li>
            ))}
          </ul>
        </details>
      )}
      {documents.map((document) => (
        <DocumentCard key={document.id} document={document} />
      ))}
    </section>
  );
}

function headingOf(count: number): string {
  if (count === 0) return 'No documents';
  return count === 1 ? 'The first document' : `The first ${count} documents`;
}

function limitOf(limitedBy: Preview['limitedBy']): string {
  if (limitedBy === 'documents') return 'The preview ends here; the source may have more documents.';
  if (limitedBy === 'bytes') return 'The preview ends here, at 1 MiB; the source may have more documents.';
  return 'The preview shows everything that it read. Of an API, it reads only the first page.';
}
