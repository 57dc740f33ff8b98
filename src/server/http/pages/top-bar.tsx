import type { ComponentChildren } from 'preact';

interface TopBar {
  readonly home: { readonly name: string; readonly href: string };
  /** The breadcrumbs after the home page; empty on the home page itself. */
  readonly trail: readonly { readonly label: string; readonly href?: string }[];
  /** The name of a session that can log out, or undefined. */
  readonly viewer: string | undefined;
  /** Links and controls before the name of the viewer. */
  readonly children: ComponentChildren;
}

/** The link to the content, and the header of every page: where the reader is, and who is logged in. */
export function TopBar({ home, trail, viewer, children }: TopBar) {
  return (
    <>
      <a class="skip" href="#content">
        Skip to the content
      </a>
      <header class="top">
        <nav aria-label="Place">
          <ol class="trail">
            <li>
              <a href={home.href} aria-current={trail.length === 0 ? 'page' : undefined}>
                <span class="brand">gemini-sync-bridge</span> {home.name}
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
          {children}
          {viewer !== undefined && (
            <a href="/login" title="Who is logged in, and how to log out">
              {viewer} · Log out
            </a>
          )}
        </div>
      </header>
    </>
  );
}
