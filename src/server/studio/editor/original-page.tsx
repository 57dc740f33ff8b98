import type { Viewer } from '../elements/viewer.ts';
import { FormToken } from '../../http/pages/form-token.tsx';
import { studioFrame } from '../elements/frame.tsx';
import { CATALOG_PATH, catalogPath, DRAFTS_PATH } from '../paths.ts';

interface OriginalPage {
  readonly connectorId: string;
  readonly intent: 'edit' | 'clone';
  readonly path: string;
  readonly text: string;
  /** Whether the reader may write drafts. */
  readonly mayEdit: boolean;
  readonly viewer: Viewer;
  readonly formToken: string | undefined;
}

const WORDS = {
  edit: {
    title: 'Edit',
    about:
      'The draft starts from the newest merged file. Nothing changes before the draft is proposed and merged.',
    button: 'Start editing',
  },
  clone: {
    title: 'Clone',
    about: 'The copy is a new connector with a name and a folder of its own. The original stays as it is.',
    button: 'Create a copy',
  },
} as const;

/** Shows the file of a connector, and starts a draft of it; readers without the right see the file only. */
export function originalPage(options: OriginalPage): string {
  const { connectorId, intent, path, text, mayEdit, viewer, formToken } = options;
  const { title, about, button } = WORDS[intent];
  return studioFrame({
    title: `${title} ${connectorId}`,
    trail: [
      { label: 'Connectors', href: CATALOG_PATH },
      { label: connectorId, href: catalogPath(connectorId) },
      { label: title },
    ],
    part: 'connectors',
    viewer,
    children: (
      <>
        <div class="head">
          <h1>
            {title} {connectorId}
          </h1>
          <p>
            <code>{path}</code>
          </p>
        </div>
        {mayEdit ? (
          <form class="actions" method="post" action={DRAFTS_PATH}>
            <FormToken value={formToken} />
            <input type="hidden" name="intent" value={intent} />
            <input type="hidden" name="connector" value={connectorId} />
            <p>{about}</p>
            <button type="submit" class="primary">
              {button}
            </button>
            <a class="button" href={CATALOG_PATH}>
              Back to the catalog
            </a>
          </form>
        ) : (
          <p>Your key may read this file. To change it, use a key with the right author.</p>
        )}
        <section aria-labelledby="file-title">
          <h2 id="file-title">The file as it is merged</h2>
          <pre class="yaml" tabindex={0}>
            {text}
          </pre>
        </section>
      </>
    ),
  });
}
