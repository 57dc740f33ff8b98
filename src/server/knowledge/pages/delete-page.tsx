import type { ManagedSource } from '../../../app/knowledge/managed-sources.ts';
import { Facts } from '../../ops/elements/facts.tsx';
import { countText } from '../../ops/elements/figures.ts';
import { framed, type Viewer } from '../../ops/elements/frame.tsx';
import { FormToken } from '../../http/pages/form-token.tsx';
import { deletePath, SOURCES_PATH } from '../paths.ts';

interface DeletePage {
  readonly source: ManagedSource;
  readonly formToken: string | undefined;
  readonly viewer: Viewer;
}

/** Asks before a source is deleted, also without JavaScript. */
export function deletePage({ source, formToken, viewer }: DeletePage): string {
  const { id, name, title, tenantId, baseUrl, chunks, documents } = source;
  return framed({
    title: `Delete ${title}`,
    at: null,
    viewer,
    trail: [{ label: 'Knowledge sources', href: SOURCES_PATH }, { label: `Delete ${title}` }],
    children: (
      <section class="need tone-bad" aria-labelledby="delete-title">
        <h1 id="delete-title">Delete {title}?</h1>
        <p>
          Its chunks and documents can no longer be found, and a new source would have to read and embed all
          of it again. Other sources are not affected.
        </p>
        <Facts
          rows={[
            ['Tenant', tenantId],
            ['Address', baseUrl === null ? null : <code key="url">{baseUrl}</code>],
            ['Chunks', countText(chunks)],
            ['Documents', countText(documents)],
          ]}
        />
        {name !== null && (
          <p>
            The file of <code>{name}</code> stays. Applying it again creates the source again, without its
            documents.
          </p>
        )}
        <form class="actions" method="post" action={deletePath(id)}>
          <FormToken value={formToken} />
          <button type="submit" class="danger">
            Delete {title}
          </button>
          <a class="button" href={SOURCES_PATH}>
            Keep it
          </a>
        </form>
      </section>
    ),
  });
}
