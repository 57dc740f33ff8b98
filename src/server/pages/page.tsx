import type { VNode } from 'preact';
import { render } from 'preact-render-to-string';

interface Page {
  readonly title: string;
  /** A style sheet in `public/` beside the one of all pages. */
  readonly styles?: string;
  readonly body: VNode;
}

/** A whole HTML document. All text in it is escaped by the renderer. */
export function page({ title, styles, body }: Page): string {
  const html = render(
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>{`${title} · gemini-sync-bridge`}</title>
        <link rel="stylesheet" href="/public/bridge.css" />
        {styles !== undefined && <link rel="stylesheet" href={`/public/${styles}`} />}
      </head>
      <body>{body}</body>
    </html>,
  );
  return `<!doctype html>\n${html}\n`;
}
