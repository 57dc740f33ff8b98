import { createHash } from 'node:crypto';
import { missingField, ok, refused, type Answer, type Asked } from './answers.ts';
import { commitData } from './git-routes.ts';
import type { GitRepository } from './git-repository.ts';

export interface StandInPull {
  readonly number: number;
  title: string;
  body: string;
  state: 'open' | 'closed';
  mergedAt: string | null;
  readonly head: string;
  base: string;
  /** The pull request of a fork in the same organisation, whose branch may have the same name. */
  readonly isFork?: true;
}

export interface PullPlace {
  readonly repository: GitRepository;
  readonly owner: string;
  readonly name: string;
  readonly pulls: StandInPull[];
}

/** The pull requests, and the comparisons of commits. @returns undefined for another path */
export function answerPulls(place: PullPlace, asked: Asked): Answer | undefined {
  const { method, path } = asked;
  const [, number = ''] = /^\/pulls\/(\d+)$/.exec(path) ?? [];
  const pull = place.pulls.find((each) => each.number === Number(number));
  if (number !== '' && pull === undefined) return refused(404, 'Not Found');
  if (method === 'GET' && path === '/pulls') return ok(listed(place, asked.query));
  if (method === 'POST' && path === '/pulls') return created(place, asked.body);
  if (method === 'GET' && pull !== undefined) return unlessUnchanged(asked, pullData(place, pull));
  if (method === 'PATCH' && pull !== undefined) return changed(place, pull, asked.body);
  const [, base = '', head = ''] = /^\/compare\/(\w+)\.\.\.(\w+)$/.exec(path) ?? [];
  if (method === 'GET' && base !== '') return compared(place, base, head);
  if (method === 'GET' && path === '/commits') return history(place, asked.query);
  return undefined;
}

function pullData({ repository, owner, name }: PullPlace, pull: StandInPull) {
  const repo = { id: 1, full_name: `${owner}/${name}` };
  return {
    number: pull.number,
    state: pull.state,
    title: pull.title,
    body: pull.body,
    html_url: `https://git.example.com/${owner}/${name}/pull/${pull.number}`,
    merged_at: pull.mergedAt,
    mergeable: null,
    head: {
      ref: pull.head,
      label: `${owner}:${pull.head}`,
      sha: repository.branch(pull.head) ?? null,
      repo: pull.isFork === true ? { id: 2, full_name: `${owner}/${name}-fork` } : repo,
    },
    base: { ref: pull.base, label: `${owner}:${pull.base}`, sha: repository.branch(pull.base) ?? null, repo },
  };
}

function unlessUnchanged({ headers }: Asked, data: unknown): Answer {
  const etag = `W/"${createHash('sha256').update(JSON.stringify(data)).digest('hex')}"`;
  if (headers['if-none-match'] === etag) return { status: 304, data: undefined, headers: { etag } };
  return ok(data, 200, { etag });
}

/** Without an owner, GitHub ignores the filter by head. */
function listed(place: PullPlace, query: URLSearchParams): unknown[] {
  const head = query.get('head');
  const wanted = head?.includes(':') === true ? head : undefined;
  return place.pulls
    .filter((pull) => query.get('state') === 'all' || pull.state === (query.get('state') ?? 'open'))
    .filter((pull) => wanted === undefined || `${place.owner}:${pull.head}` === wanted)
    .filter((pull) => !query.has('base') || pull.base === query.get('base'))
    .map((pull) => pullData(place, pull));
}

function created(place: PullPlace, { title, head, base, body }: Asked['body']): Answer {
  const { repository, pulls, owner } = place;
  if (typeof title !== 'string' || title === '') return missingField('PullRequest', 'title');
  if (typeof head !== 'string') return missingField('PullRequest', 'head');
  if (typeof base !== 'string') return missingField('PullRequest', 'base');
  const invalid = (field: string) =>
    refused(422, 'Validation Failed', { errors: [{ resource: 'PullRequest', field, code: 'invalid' }] });
  const custom = (message: string) =>
    refused(422, 'Validation Failed', { errors: [{ resource: 'PullRequest', code: 'custom', message }] });
  const branch = head.replace(`${owner}:`, '');
  const [tip, target] = [repository.branch(branch), repository.branch(base)];
  if (tip === undefined) return invalid('head');
  if (target === undefined) return invalid('base');
  const isSame = (pull: StandInPull) => pull.isFork !== true && pull.head === branch && pull.base === base;
  if (pulls.some((pull) => pull.state === 'open' && isSame(pull)))
    return custom(`A pull request already exists for ${owner}:${branch}.`);
  if (repository.isAncestor(tip, target)) return custom(`No commits between ${base} and ${branch}`);
  const text = typeof body === 'string' ? body : '';
  if (text.length > 65_536) return custom('body is too long (maximum is 65536 characters)');
  const number = pulls.length + 1;
  const pull: StandInPull = { number, title, body: text, state: 'open', mergedAt: null, head: branch, base };
  pulls.push(pull);
  return ok(pullData(place, pull), 201);
}

function changed(place: PullPlace, pull: StandInPull, { title, body, state }: Asked['body']): Answer {
  if (title === '') return missingField('PullRequest', 'title');
  if (typeof title === 'string') pull.title = title;
  if (typeof body === 'string') pull.body = body;
  if (state === 'open' || state === 'closed') pull.state = state;
  return ok(pullData(place, pull));
}

function compared({ repository }: PullPlace, base: string, head: string): Answer {
  if (repository.object('commit', base) === undefined || repository.object('commit', head) === undefined)
    return refused(404, 'Not Found');
  const [behind = 0, ahead = 0] = repository
    .git(['rev-list', '--left-right', '--count', `${base}...${head}`])
    .split('\t')
    .map(Number);
  const mergeBase = repository.mergeBase(base, head);
  if (mergeBase === undefined) return refused(404, `No common ancestor between ${base} and ${head}.`);
  return ok({
    ahead_by: ahead,
    behind_by: behind,
    merge_base_commit: { sha: mergeBase },
    commits: [],
    files: [],
  });
}

function history({ repository }: PullPlace, query: URLSearchParams): Answer {
  const path = query.get('path');
  const most = query.get('per_page') ?? '30';
  const listedCommits = repository.git([
    'log',
    `--max-count=${Number(most)}`,
    '--format=%H',
    query.get('sha') ?? 'main',
    ...(path === null ? [] : ['--', path]),
  ]);
  const shas = listedCommits.split('\n').filter((sha) => sha !== '');
  return ok(
    shas.map((sha) => {
      const { author, message, tree } = commitData(repository, sha);
      return { sha, commit: { author, message, tree } };
    }),
  );
}
