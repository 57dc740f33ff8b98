import { printable } from '../../core/text/printable.ts';
import type { GithubAnswer } from './client.ts';
import type { GithubApi } from './api.ts';
import { AnswerFormError, listAt, numberAt, shaAt, textAt, valueAt } from './fields.ts';

/** The repository as the credentials see it. */
export interface RemoteRepository {
  /** `owner/name` as GitHub spells it. */
  readonly fullName: string;
  readonly defaultBranch: string;
  readonly archived: boolean;
  readonly mayPush: boolean;
  /** When the token expires; undefined if it does not, or GitHub does not say. */
  readonly tokenExpires: Date | undefined;
}

export interface Commit {
  readonly sha: string;
  readonly tree: string;
  readonly parents: readonly string[];
  readonly author: string;
  readonly subject: string;
}

/** An entry of a tree. Modes are those of Git: 100644 and 100755 for files, 120000 for links, 160000 for submodules. */
export interface TreeEntry {
  readonly path: string;
  readonly mode: string;
  readonly type: string;
  readonly sha: string;
}

/** A file to write; `null` deletes it. */
export interface TreeChange {
  readonly path: string;
  readonly mode: string;
  readonly content: { readonly text: string } | { readonly sha: string } | null;
}

export async function readRepository(api: GithubApi, signal: AbortSignal): Promise<RemoteRepository> {
  const read = ({ data, header }: GithubAnswer) => ({
    fullName: textAt(data, 'full_name'),
    defaultBranch: textAt(data, 'default_branch'),
    archived: valueAt(data, ['archived']) === true,
    // GitHub lists the rights of a user here; those of an app, which has other ones, are all false.
    mayPush: api.signsInAs === 'app' || valueAt(data, ['permissions', 'push']) !== false,
    tokenExpires: expiryOf(header('github-authentication-token-expiration')),
  });
  return api.call({ route: 'GET /' }, read, signal);
}

/**
 * A sentence about a repository that was renamed; undefined if it has the configured name. GitHub redirects requests that only read,
 * and a write must not follow.
 */
export function movedSentence({ fullName }: RemoteRepository, repository: string): string | undefined {
  if (fullName.toLowerCase() === repository.toLowerCase()) return undefined;
  return `The repository ${repository} is called ${printable(fullName)} now.`;
}

export function movedHint({ fullName }: RemoteRepository): string {
  return `Set GITHUB_REPO to ${printable(fullName)}.`;
}

/** GitHub writes `2026-12-24 10:00:00 UTC` or `2026-12-24 10:00:00 +0100`. */
function expiryOf(header: string | undefined): Date | undefined {
  const ms = Date.parse(header ?? '');
  return Number.isNaN(ms) ? undefined : new Date(ms);
}

/** @returns the commit of a branch; undefined if the branch does not exist */
export async function readBranch(
  api: GithubApi,
  branch: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const read = ({ status, data }: GithubAnswer) =>
    status === 404 ? undefined : shaAt(data, 'object', 'sha');
  const request = { route: 'GET /git/ref/{ref}', parameters: { ref: `heads/${branch}` } } as const;
  return api.call(request, read, signal, [404]);
}

export async function readCommit(api: GithubApi, sha: string, signal: AbortSignal): Promise<Commit> {
  return api.call({ route: 'GET /git/commits/{sha}', parameters: { sha } }, commitOf, signal);
}

function commitOf({ data }: GithubAnswer): Commit {
  const [subject = ''] = textAt(data, 'message').split('\n', 1);
  return {
    sha: shaAt(data, 'sha'),
    tree: shaAt(data, 'tree', 'sha'),
    parents: listAt(data, 'parents').map((parent) => shaAt(parent, 'sha')),
    author: textAt(data, 'author', 'name'),
    subject,
  };
}

/** The newest commit that changed a path, seen from a commit; undefined if it is missing. */
export async function lastChange(
  api: GithubApi,
  place: { readonly from: string; readonly path: string },
  signal: AbortSignal,
): Promise<Pick<Commit, 'sha' | 'author' | 'subject'> | undefined> {
  const request = {
    route: 'GET /commits',
    parameters: { sha: place.from, path: place.path, per_page: 1 },
  } as const;
  return api.call(
    request,
    ({ data }) => {
      const [first] = listAt(data);
      if (first === undefined) return undefined;
      const [subject = ''] = textAt(first, 'commit', 'message').split('\n', 1);
      return { sha: shaAt(first, 'sha'), author: textAt(first, 'commit', 'author', 'name'), subject };
    },
    signal,
  );
}

/** @returns the entries, and whether GitHub left some out */
export async function readTree(
  api: GithubApi,
  tree: string,
  recursive: boolean,
  signal: AbortSignal,
): Promise<{ readonly entries: readonly TreeEntry[]; readonly truncated: boolean }> {
  const request = {
    route: 'GET /git/trees/{tree}',
    parameters: { tree, ...(recursive && { recursive: '1' }) },
  } as const;
  const read = ({ data }: GithubAnswer) => ({
    entries: listAt(data, 'tree').map((entry) => ({
      path: textAt(entry, 'path'),
      mode: textAt(entry, 'mode'),
      type: textAt(entry, 'type'),
      sha: shaAt(entry, 'sha'),
    })),
    truncated: valueAt(data, ['truncated']) === true,
  });
  return api.call(request, read, signal);
}

/** @returns undefined if the blob does not exist, which is so for the content of a draft that was never committed */
export async function readBlob(
  api: GithubApi,
  sha: string,
  signal: AbortSignal,
): Promise<{ readonly bytes: Buffer } | undefined> {
  const read = ({ status, data }: GithubAnswer) => {
    if (status === 404) return undefined;
    if (textAt(data, 'encoding') !== 'base64') throw new AnswerFormError('has a blob in another encoding');
    const content = valueAt(data, ['content']);
    const bytes = Buffer.from(typeof content === 'string' ? content : '', 'base64');
    if (bytes.length !== numberAt(data, 'size')) throw new AnswerFormError('has an incomplete blob');
    return { bytes };
  };
  return api.call({ route: 'GET /git/blobs/{sha}', parameters: { sha } }, read, signal, [404]);
}

/** @param baseTree without it, every file that `changes` does not have would be deleted */
export async function createTree(
  api: GithubApi,
  baseTree: string,
  changes: readonly TreeChange[],
  signal: AbortSignal,
): Promise<string> {
  const tree = changes.map(({ path, mode, content }) => ({
    path,
    mode,
    type: 'blob',
    ...(content === null ? { sha: null } : 'text' in content ? { content: content.text } : content),
  }));
  const request = { route: 'POST /git/trees', parameters: { base_tree: baseTree, tree } } as const;
  return api.call(request, ({ data }) => shaAt(data, 'sha'), signal);
}

/** Without an author, so that GitHub signs the commit of an app, and no person is impersonated. */
export async function createCommit(
  api: GithubApi,
  commit: { readonly message: string; readonly tree: string; readonly parents: readonly string[] },
  signal: AbortSignal,
): Promise<string> {
  const request = { route: 'POST /git/commits', parameters: { ...commit } } as const;
  return api.call(request, ({ data }) => shaAt(data, 'sha'), signal);
}

export async function createBranch(
  api: GithubApi,
  branch: string,
  sha: string,
  signal: AbortSignal,
): Promise<void> {
  const request = { route: 'POST /git/refs', parameters: { ref: `refs/heads/${branch}`, sha } } as const;
  await api.call(request, ({ data }) => shaAt(data, 'object', 'sha'), signal);
}

/** Moves a branch forward only, which is the atomic comparison with the commit that was read. */
export async function moveBranch(
  api: GithubApi,
  branch: string,
  sha: string,
  signal: AbortSignal,
): Promise<void> {
  const request = {
    route: 'PATCH /git/refs/{ref}',
    parameters: { ref: `heads/${branch}`, sha, force: false },
  } as const;
  await api.call(request, ({ data }) => shaAt(data, 'object', 'sha'), signal);
}

/** How two commits relate. */
export interface Relation {
  /** Whether `base` is an ancestor of `head`, or the same commit. */
  readonly headHasBase: boolean;
  readonly baseHasHead: boolean;
  readonly mergeBase: string;
}

export async function relate(
  api: GithubApi,
  base: string,
  head: string,
  signal: AbortSignal,
): Promise<Relation> {
  const request = {
    route: 'GET /compare/{commits}',
    parameters: { commits: `${base}...${head}`, per_page: 1 },
  } as const;
  const read = ({ data }: GithubAnswer) => ({
    headHasBase: numberAt(data, 'behind_by') === 0,
    baseHasHead: numberAt(data, 'ahead_by') === 0,
    mergeBase: shaAt(data, 'merge_base_commit', 'sha'),
  });
  return api.call(request, read, signal);
}
