import { BridgeError } from '../../../core/errors.ts';
import type { HttpError } from '../http-error.ts';
import { page } from './page.tsx';

interface Area {
  readonly name: string;
  readonly href: string;
  /** The link to the start of this part of the server. */
  readonly start: string;
}

const OPS: Area = { name: 'Ops', href: '/ops', start: 'Go to Ops' };
const STUDIO: Area = { name: 'Studio', href: '/studio/connectors', start: 'Go to the connectors' };

interface FailedRequest {
  readonly id: string;
  readonly url: string;
}

/** The page that a person sees when a page could not be created, with links to where the person can continue. */
export function failurePage(error: HttpError, { id, url }: FailedRequest): string {
  const { status, hint } = error;
  const title = TITLES.get(status) ?? 'The request failed';
  const path = url.split('?', 1).join('');
  const isStudio = path === '/studio' || path.startsWith('/studio/');
  const [area, other] = isStudio ? [STUDIO, OPS] : [OPS, STUDIO];
  return page({
    title,
    body: (
      <>
        <header class="top">
          <a href={area.href}>
            <span class="brand">gemini-sync-bridge</span> {area.name}
          </a>
          <div class="upkeep">
            <a href={other.href}>{other.name}</a>
          </div>
        </header>
        <main class="failure">
          <p class="failure-status">{status}</p>
          <h1>{title}</h1>
          <p>{isOfDatabase(error) ? DATABASE_LOST : error.message}</p>
          {hint !== undefined && <p class="fix">{hint}</p>}
          <p class="actions">
            {status === 503 && (
              <a class="button" href="">
                Try again now
              </a>
            )}
            {status === 400 && url !== path && (
              <a class="button" href={path}>
                Show the page without the filter
              </a>
            )}
            {(status === 401 || status === 403) && (
              <a class="button" href="/login">
                Log in with another key
              </a>
            )}
            <a class="button" href={area.href}>
              {area.start}
            </a>
          </p>
          <p class="quiet">
            Request <code>{id}</code>. The log of the server has the details under this id.
          </p>
        </main>
      </>
    ),
  });
}

const TITLES = new Map([
  [400, 'The request is not valid'],
  [401, 'Please log in'],
  [403, 'Not permitted'],
  [404, 'Not found'],
  [409, 'This is not possible now'],
  [413, 'Too large'],
  [422, 'This cannot be done'],
  [429, 'Too many requests'],
  [502, 'Another server failed'],
  [503, 'Not available now'],
]);

/** The API reports every unavailable service in the same words; a person is told when it is the database of the server. */
const DATABASE_LOST =
  'The server cannot reach its database. Connectors run without this server, but they need the database, too.';

function isOfDatabase({ status, cause }: HttpError): boolean {
  return status === 503 && cause instanceof BridgeError && cause.code.startsWith('STATE_');
}
