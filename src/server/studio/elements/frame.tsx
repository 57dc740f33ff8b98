import type { ComponentChildren } from 'preact';
import type { Flash } from '../../http/flash.ts';
import { page } from '../../http/pages/page.tsx';
import { TopBar } from '../../http/pages/top-bar.tsx';
import type { Viewer } from './viewer.ts';
import { AUDIT_PATH, CATALOG_PATH, PROPOSALS_PATH, SECRETS_PATH } from '../paths.ts';

interface Frame {
  readonly title: string;
  /** The breadcrumbs after Studio; empty for the catalog. */
  readonly trail?: readonly { readonly label: string; readonly href?: string }[];
  /** The part of Studio that the page belongs to. */
  readonly part: 'connectors' | 'proposals' | 'secrets' | 'audit';
  readonly viewer: Viewer;
  readonly flash?: Flash | undefined;
  readonly script?: string;
  readonly children: ComponentChildren;
}

const PARTS = [
  { part: 'connectors', label: 'Connectors', href: CATALOG_PATH, right: 'read' },
  { part: 'proposals', label: 'Proposals', href: PROPOSALS_PATH, right: 'read' },
  { part: 'secrets', label: 'Secrets', href: SECRETS_PATH, right: 'admin' },
  { part: 'audit', label: 'Audit log', href: AUDIT_PATH, right: 'admin' },
] as const;

/** A page of Studio: header, parts, message of the last action, content. The page is complete without a script. */
export function studioFrame({ title, trail = [], part, viewer, flash, script, children }: Frame): string {
  return page({
    title: `${title} · Studio`,
    styles: 'studio.css',
    ...(script === undefined ? {} : { script }),
    body: (
      <>
        <TopBar home={{ name: 'Studio', href: CATALOG_PATH }} trail={trail} viewer={viewer.name}>
          <a href="/ops">Ops</a>
        </TopBar>
        <nav class="parts" aria-label="Parts of Studio">
          <ul>
            {PARTS.filter(({ right }) => viewer.may(right)).map(({ part: each, label, href }) => (
              <li key={each}>
                <a href={href} aria-current={each === part ? 'true' : undefined}>
                  {label}
                </a>
              </li>
            ))}
          </ul>
        </nav>
        {flash !== undefined && (
          <div class={`flash ${flash.tone}`} role={flash.tone === 'bad' ? 'alert' : 'status'}>
            <p>{flash.text}</p>
            {flash.hint !== undefined && <p class="quiet">{flash.hint}</p>}
          </div>
        )}
        <main id="content" tabindex={-1}>
          {children}
        </main>
      </>
    ),
  });
}
