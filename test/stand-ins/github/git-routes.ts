import { ok, refused, type Answer, type Asked } from './answers.ts';
import type { GitRepository } from './git-repository.ts';

const SHA = /^[0-9a-f]{40}$/;

/** The Git database of a repository, with the checks that GitHub makes. @returns undefined for another path */
export function answerGit(repository: GitRepository, asked: Asked): Answer | undefined {
  const { method, path } = asked;
  const [, kind = '', name = ''] = /^\/git\/(ref|refs|commits|trees|blobs)(?:\/(.+))?$/.exec(path) ?? [];
  if (method === 'GET' && kind === 'ref') return readRef(repository, name);
  if (method === 'GET' && kind === 'commits') return readCommit(repository, name);
  if (method === 'GET' && kind === 'trees') return readTree(repository, name, asked.query.has('recursive'));
  if (method === 'GET' && kind === 'blobs') return readBlob(repository, name);
  if (method === 'POST' && kind === 'trees') return createTree(repository, asked.body);
  if (method === 'POST' && kind === 'commits') return createCommit(repository, asked.body);
  if (method === 'POST' && kind === 'refs') return createRef(repository, asked.body);
  if (method === 'PATCH' && kind === 'refs') return moveRef(repository, name, asked.body);
  return undefined;
}

const NOT_FOUND = refused(404, 'Not Found');

function refAnswer(ref: string, sha: string, status = 200): Answer {
  return ok({ ref, object: { type: 'commit', sha } }, status);
}

function readRef(repository: GitRepository, name: string): Answer {
  const sha = repository.object('commit', `refs/${name}`);
  if (sha !== undefined) return refAnswer(`refs/${name}`, sha);
  return repository.git(['for-each-ref', '--count=1']) === ''
    ? refused(409, 'Git Repository is empty.')
    : NOT_FOUND;
}

export function commitData(repository: GitRepository, sha: string) {
  const [tree = '', parents = '', author = '', date = '', ...message] = repository
    .git(['show', '--no-patch', '--format=%T%n%P%n%an%n%aI%n%B', sha])
    .split('\n');
  return {
    sha,
    tree: { sha: tree },
    parents: parents.split(' ').flatMap((parent) => (parent === '' ? [] : [{ sha: parent }])),
    author: { name: author, date },
    message: message.join('\n').trim(),
    verification: { verified: false, reason: 'unsigned' },
  };
}

function readCommit(repository: GitRepository, name: string): Answer {
  const sha = SHA.test(name) ? repository.object('commit', name) : undefined;
  return sha === undefined ? NOT_FOUND : ok(commitData(repository, sha));
}

function readTree(repository: GitRepository, name: string, recursive: boolean): Answer {
  const sha = repository.object('tree', name);
  if (sha === undefined) return NOT_FOUND;
  return ok({ sha, tree: repository.entries(sha, recursive), truncated: false });
}

function readBlob(repository: GitRepository, name: string): Answer {
  const sha = SHA.test(name) ? repository.object('blob', name) : undefined;
  if (sha === undefined) return NOT_FOUND;
  const bytes = repository.bytes(['cat-file', 'blob', sha]);
  const content = bytes.toString('base64').replaceAll(/(.{60})/g, '$1\n');
  return ok({ sha, size: bytes.length, encoding: 'base64', content });
}

function createTree(repository: GitRepository, body: Asked['body']): Answer {
  const base =
    typeof body['base_tree'] === 'string' ? repository.object('tree', body['base_tree']) : undefined;
  if (body['base_tree'] !== undefined && base === undefined) return refused(404, 'Not Found');
  const known = new Set(base === undefined ? [] : repository.entries(base, true).map(({ path }) => path));
  const lines: string[] = [];
  for (const entry of Array.isArray(body['tree']) ? (body['tree'] as Record<string, unknown>[]) : []) {
    const { path, mode, type, content, sha } = entry;
    if (typeof path !== 'string' || path === '' || /^\/|\/\/|(^|\/)\.\.?(\/|$)|(^|\/)\.git(\/|$)/i.test(path))
      return refused(422, 'tree.path contains a malformed path component');
    if (typeof mode !== 'string' || !/^(100644|100755|120000|040000|160000)$/.test(mode))
      return refused(422, 'Must supply a valid tree.mode');
    if (type !== 'blob') return refused(422, 'Must supply a valid tree.type');
    if (sha === null) {
      if (!known.has(path)) return refused(422, 'GitRPC::BadObjectState');
      lines.push(`0 ${'0'.repeat(40)}\t${path}`);
    } else if (typeof content === 'string') lines.push(`${mode} ${repository.writeBlob(content)}\t${path}`);
    else if (typeof sha === 'string' && repository.object('blob', sha) !== undefined)
      lines.push(`${mode} ${sha}\t${path}`);
    else return refused(422, 'Must supply either tree.sha or tree.content');
  }
  if (lines.length === 0) return refused(422, 'Invalid tree info');
  const sha = repository.writeTree(base, lines);
  return ok({ sha, tree: repository.entries(sha, false), truncated: false }, 201);
}

function createCommit(repository: GitRepository, body: Asked['body']): Answer {
  const { message, tree, parents } = body;
  if (typeof message !== 'string' || typeof tree !== 'string')
    return refused(422, 'Invalid request.\n\n"message", "tree" weren\'t supplied.');
  if (!SHA.test(tree) || repository.object('tree', tree) !== tree)
    return refused(422, 'Tree SHA does not exist');
  const given = Array.isArray(parents) ? parents.map(String) : [];
  if (given.some((parent) => repository.object('commit', parent) !== parent))
    return refused(422, 'Parent SHA does not exist or is not a commit object');
  const sha = repository.git(['commit-tree', tree, ...given.flatMap((parent) => ['-p', parent])], message);
  return ok(commitData(repository, sha), 201);
}

function createRef(repository: GitRepository, { ref, sha }: Asked['body']): Answer {
  if (typeof ref !== 'string' || !/^refs\/[^/]+\/./.test(ref))
    return refused(422, "Reference name must start with 'refs/' and have at least two slashes.");
  if (typeof sha !== 'string' || repository.object('commit', sha) !== sha)
    return refused(422, 'Object does not exist');
  if (repository.object('commit', ref) !== undefined) return refused(422, 'Reference already exists');
  try {
    repository.git(['check-ref-format', ref]);
    repository.git(['update-ref', ref, sha, '0'.repeat(40)]);
  } catch {
    return refused(422, 'Reference update failed');
  }
  return refAnswer(ref, sha, 201);
}

function moveRef(repository: GitRepository, name: string, { sha, force }: Asked['body']): Answer {
  const now = repository.object('commit', `refs/${name}`);
  if (now === undefined) return refused(422, 'Reference does not exist');
  if (typeof sha !== 'string' || repository.object('commit', sha) !== sha)
    return refused(422, 'Object does not exist');
  if (force !== true && !repository.isAncestor(now, sha)) return refused(422, 'Update is not a fast forward');
  repository.git(['update-ref', `refs/${name}`, sha, now]);
  return refAnswer(`refs/${name}`, sha);
}
