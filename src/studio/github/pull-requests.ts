import { GITHUB_PULLS_MAX } from '../limits.ts';
import type { GithubApi } from './api.ts';
import { AnswerFormError, listAt, numberAt, textAt, valueAt } from './fields.ts';

export interface PullRequest {
  readonly number: number;
  readonly url: string;
  readonly state: 'open' | 'merged' | 'closed';
}

export interface PullText {
  readonly title: string;
  readonly body: string;
}

/** The open pull request of a branch of this repository into the base branch; those of forks are ignored. */
export async function openPull(
  api: GithubApi,
  { branch, base }: { readonly branch: string; readonly base: string },
  signal: AbortSignal,
): Promise<PullRequest | undefined> {
  const request = {
    route: 'GET /pulls',
    // Without the owner, GitHub ignores the filter.
    parameters: { state: 'open', head: `${api.owner}:${branch}`, base, per_page: GITHUB_PULLS_MAX },
  } as const;
  return api.call(
    request,
    ({ data }) => {
      const ours = listAt(data).filter(
        (pull) =>
          valueAt(pull, ['head', 'ref']) === branch &&
          valueAt(pull, ['base', 'ref']) === base &&
          valueAt(pull, ['head', 'repo', 'id']) === valueAt(pull, ['base', 'repo', 'id']),
      );
      return ours.map(pullOf)[0];
    },
    signal,
  );
}

export async function createPull(
  api: GithubApi,
  pull: PullText & { readonly head: string; readonly base: string },
  signal: AbortSignal,
): Promise<PullRequest> {
  return api.call({ route: 'POST /pulls', parameters: { ...pull } }, ({ data }) => pullOf(data), signal);
}

export async function changePull(
  api: GithubApi,
  number: number,
  { title, body }: PullText,
  signal: AbortSignal,
): Promise<PullRequest> {
  const request = { route: 'PATCH /pulls/{number}', parameters: { number, title, body } } as const;
  return api.call(request, ({ data }) => pullOf(data), signal);
}

/**
 * @param etag of the last response; GitHub does not count a response that has not changed
 * @returns `unchanged`; `missing` if GitHub has no such pull request, or the credentials cannot see it any more
 */
export async function readPull(
  api: GithubApi,
  number: number,
  etag: string | null,
  signal: AbortSignal,
): Promise<{ readonly pull: PullRequest; readonly etag: string | null } | 'unchanged' | 'missing'> {
  const request = {
    route: 'GET /pulls/{number}',
    parameters: { number },
    ...(etag !== null && { headers: { 'if-none-match': etag } }),
  } as const;
  return api.call(
    request,
    ({ status, data, header }) => {
      if (status === 304) return 'unchanged';
      if (status === 404) return 'missing';
      return { pull: pullOf(data), etag: header('etag') ?? null };
    },
    signal,
    [304, 404],
  );
}

function pullOf(data: unknown): PullRequest {
  const isMerged = typeof valueAt(data, ['merged_at']) === 'string' || valueAt(data, ['merged']) === true;
  const isOpen = textAt(data, 'state') === 'open';
  return {
    number: numberAt(data, 'number'),
    url: webAddress(textAt(data, 'html_url')),
    state: isMerged ? 'merged' : isOpen ? 'open' : 'closed',
  };
}

/** The address becomes a link on pages. @throws AnswerFormError */
function webAddress(text: string): string {
  if (/^https?:\/\//i.test(text) && URL.canParse(text)) return text;
  throw new AnswerFormError('has no web address at html_url');
}
