import type { ComponentChildren } from 'preact';
import { page } from '../../http/page.tsx';
import { exactText } from './figures.ts';

/** Who looks at a page: the name of a session that can be ended, or undefined. */
export type Viewer = string | undefined;

interface Frame {
  readonly title: string;
  /** When what the page shows was read. */
  readonly at: string;
  /** Where the page is, after Ops; nothing for Ops itself. */
  readonly trail?: readonly { readonly label: string; readonly href?: string }[];
  readonly viewer: Viewer;
  readonly children: ComponentChildren;
}

/** A page of Ops: header, what the script says about itself, content. Without the script it is a page as good. */
export function framed({ title, at, trail = [], viewer, children }: Frame): string {
  return page({
    title,
    script: '/public/ops.js',
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
            <span class="quiet" id="updated" data-live>
              As of <time datetime={at}>{exactText(at)}</time>
            </span>
            <button type="button" class="small when-scripted" id="pause" aria-pressed="false">
              Pause updates
            </button>
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
