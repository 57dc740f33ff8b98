import type { ComponentChildren } from 'preact';
import { page } from '../../http/pages/page.tsx';
import { TopBar } from '../../http/pages/top-bar.tsx';
import { exactText } from './figures.ts';

/** The reader of a page: the name of a session that can log out, or undefined. */
export type Viewer = string | undefined;

interface Frame {
  readonly title: string;
  /** When the data on the page was read; null for a page that never changes. */
  readonly at: string | null;
  /** The breadcrumbs after Ops; empty for Ops itself. */
  readonly trail?: readonly { readonly label: string; readonly href?: string }[];
  readonly viewer: Viewer;
  /** Whether the script asks for the page again every 15 seconds. */
  readonly refreshes?: boolean;
  /** A script in `public/` that includes the one of Ops. */
  readonly script?: string;
  readonly children: ComponentChildren;
}

/** An Ops page: header, status of the script, content. The page is complete without the script. */
export function framed({
  title,
  at,
  trail = [],
  viewer,
  refreshes = at !== null,
  script = '/public/ops.js',
  children,
}: Frame): string {
  return page({
    title,
    script,
    body: (
      <>
        <TopBar home={{ name: 'Ops', href: '/ops' }} trail={trail} viewer={viewer}>
          {at !== null && (
            <span class="quiet" id="updated" data-live={refreshes || undefined}>
              As of <time datetime={at}>{exactText(at)}</time>
            </span>
          )}
          <button
            type="button"
            class="small when-scripted"
            id="pause"
            aria-pressed="false"
            hidden={!refreshes}
          >
            Pause updates
          </button>
          <a href="/studio/connectors">Studio</a>
        </TopBar>
        <p class="lost" id="lost" role="alert" hidden />
        <p class="unseen" id="news" role="status" aria-live="polite" />
        <main id="content" tabindex={-1}>
          {children}
        </main>
      </>
    ),
  });
}
