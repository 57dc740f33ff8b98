import type { VNode } from 'preact';
import { render } from 'preact-render-to-string';

interface Page {
  readonly title: string;
  /** A style sheet in `public/`, in addition to the shared one. */
  readonly styles?: string;
  readonly body: VNode;
  /** A script in `public/`; a page works without it. */
  readonly script?: string;
}

/** A whole HTML document. All text in it is escaped by the renderer. */
export function page({ title, styles, script, body }: Page): string {
  const html = render(
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>{`${title} · gemini-sync-bridge`}</title>
        <link rel="icon" href="/public/icon.svg" type="image/svg+xml" />
        <link rel="stylesheet" href="/public/bridge.css" />
        {styles !== undefined && <link rel="stylesheet" href={`/public/${styles}`} />}

        {script !== undefined && <script type="module" src={script} />}
      </head>
      <body>{body}</body>
    </html>,
  );
  return `<!doctype html>\n${html}\n`;
}
