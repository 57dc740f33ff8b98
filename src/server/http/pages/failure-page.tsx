import type { HttpError } from '../http-error.ts';
import { page } from './page.tsx';

/** The page that a person sees when a page could not be created. */
export function failurePage({ status, message, hint }: HttpError, requestId: string): string {
  const title = TITLES.get(status) ?? 'That did not work';
  return page({
    title,
    body: (
      <>
        <header class="top">
          <a href="/ops">
            <span class="brand">gemini-sync-bridge</span> Ops
          </a>
          <div class="upkeep">
            <a href="/studio/connectors">Studio</a>
          </div>
        </header>
        <main class="failure">
          <p class="failure-status">{status}</p>
          <h1>{title}</h1>
          <p>{EXPLAINED.get(status) ?? message}</p>
          {hint !== undefined && <p class="fix">{hint}</p>}
          {status === 503 && (
            <p>
              <a href="">Try again now</a>
            </p>
          )}
          <p class="quiet">
            Request <code>{requestId}</code>, by which the log of the server names it.
          </p>
        </main>
      </>
    ),
  });
}

const TITLES = new Map([
  [400, 'The address asks for something that there is not'],
  [401, 'Please log in'],
  [403, 'Not with this key'],
  [404, 'Page not found'],
  [429, 'Too many requests'],
  [503, 'Not available now'],
]);

/** Explanations for a person of codes that the server only reports as unavailable. */
const EXPLAINED = new Map([
  [
    503,
    'The server cannot reach its database. Connectors run without this server, but they need the database, too.',
  ],
]);
