import type { PreviewDocument } from '../../../app/studio/preview/preview-service.ts';
import { Facts } from '../../ops/elements/facts.tsx';
import { shownText } from './shown-text.ts';

/** One document. All texts of the source are text: markup is shown as its source, and links cannot be clicked. */
export function DocumentCard({ document }: { readonly document: PreviewDocument }) {
  const { id, title, content, mimeType, uri, readers, metadata } = document;
  const entries = Object.entries(metadata);
  return (
    <article class="preview-document">
      <h3>{title === null || title === '' ? 'No title' : shownText(title)}</h3>
      <Facts
        rows={[
          ['Id', <code key="id">{shownText(id)}</code>],
          ['Type', mimeType === null ? null : shownText(mimeType)],
          ['Link', uri === null ? null : <code key="uri">{shownText(uri)}</code>],
          ['Readers', readersText(readers)],
          ...entries.map(
            ([key, value]) =>
              [shownText(key), <code key={key}>{shownText(JSON.stringify(value))}</code>] as const,
          ),
        ]}
      />
      {content !== null && (
        <pre class="preview-content" tabindex={0} aria-label={`Content of ${shownText(title ?? id)}`}>
          {shownText(content)}
        </pre>
      )}
    </article>
  );
}

function readersText(readers: PreviewDocument['readers']): string {
  if (readers === null) return 'everyone who may use the data store';
  if (readers.length === 0) return 'none, so the document cannot be found by anyone';
  return readers.map(({ kind, name }) => `${kind} ${shownText(name)}`).join(', ');
}
