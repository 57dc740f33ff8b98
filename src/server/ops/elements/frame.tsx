import type { ComponentChildren } from 'preact';
import { page } from '../../http/page.tsx';
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
        <a class="skip" href="#content">
          Skip to the content
        </a>
        <header class="top">
          <nav aria-label="Place">
            <ol class="trail">
              <li>
                <a href="/ops" aria-current={trail.length === 0 ? 'page' : undefined}>
                  <span class="brand">gemini-sync-bridge</span> Ops
                </a>
              </li>
              {trail.map(({ label, href }) => (
                <li key={label}>
                  {href === undefined ? <span aria-current="page">{label}</span> : <a href={href}>{label}</a>}
                </li>
              ))}
            </ol>
          </nav>
          <div class="upkeep">
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
            {viewer !== undefined && (
              <a href="/login" title="Who is logged in, and how to log out">
                {viewer} · Log out
              </a>
            )}
          </div>
        </header>
        <p class="lost" id="lost" role="alert" hidden />
        <p class="unseen" id="news" role="status" aria-live="polite" />
        <main id="content" tabindex={-1}>
          {children}
        </main>
      </>
    ),
  });
}
