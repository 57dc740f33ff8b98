import type { HttpError } from '../http-error.ts';
import { page } from './page.tsx';

/** What a person sees in place of a page that could not be made. */
export function failurePage({ status, message, hint }: HttpError, requestId: string): string {
  return page({
    title: TITLES.get(status) ?? 'That did not work',
    body: (
      <main class="failure">
        <p class="failure-status">{status}</p>
        <h1>{TITLES.get(status) ?? 'That did not work'}</h1>
        <p>{message}</p>
        {hint !== undefined && <p>{hint}</p>}
        <p class="quiet">
          Request <code>{requestId}</code>
        </p>
      </main>
    ),
  });
}

const TITLES = new Map([
  [401, 'Please log in'],
  [403, 'Not with this key'],
  [404, 'There is no such page'],
  [429, 'Too many requests'],
  [503, 'Not available now'],
]);
