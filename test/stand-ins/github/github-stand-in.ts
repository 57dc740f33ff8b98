import { verify } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Certificates } from '../../support/http/certificates.ts';
import { startHttp, startHttps } from '../../support/http/local-server.ts';
import { ok, refused, type Answer, type Asked } from './answers.ts';
import { answerGit } from './git-routes.ts';
import { GitRepository } from './git-repository.ts';
import { answerPulls, type StandInPull } from './pull-routes.ts';

/** What happens to a request in place of, or after, its effect. `cut after`: it took effect, and the connection is lost. */
export type Fault = Answer | 'cut before' | 'cut after';

export interface StandInRequest {
  /** Such as `POST /git/trees`; ids and names of branches are left out. */
  readonly name: string;
  readonly method: string;
  readonly url: string;
  readonly authorization: string | undefined;
}

export interface GithubStandIn {
  readonly apiUrl: string;
  readonly owner: string;
  readonly name: string;
  readonly token: string;
  readonly repository: GitRepository;
  readonly pulls: StandInPull[];
  readonly requests: StandInRequest[];
  /** Decides about each request; `number` counts from 1 after `requests` was emptied. */
  fault: (request: StandInRequest, number: number) => Fault | undefined;
  archived: boolean;
  defaultBranch: string;
  /** The name that the repository has now, if it was renamed. Requests with the old name that only read are answered. */
  renamedTo: string | undefined;
  permissions: { contents: 'read' | 'write'; pullRequests: 'read' | 'write' };
  /** Merges a pull request as a person does. */
  merge(number: number, squash?: boolean): void;
  /** Deletes a branch; GitHub then closes its open pull requests. */
  deleteBranch(name: string): void;
  /** Renames the default branch; GitHub then changes the base of open pull requests. */
  renameDefaultBranch(name: string): void;
  close(): Promise<void>;
}

interface StandInOptions {
  /** An empty folder for the repository. */
  readonly folder: string;
  readonly files: Readonly<Record<string, string>>;
  readonly certificates?: Certificates;
  /** In PEM format; lets the app with the id `7` request tokens for the installation `99`. */
  readonly appKey?: string;
}

const TOKEN = 'ghp_token-of-the-machine-account-0001';
const INSTALLATION_TOKEN = 'ghs_token-of-the-installation-0001';
const [OWNER, NAME] = ['acme', 'connectors'];

/** The API of one repository, in front of a real one, with the prefix that GitHub Enterprise has. */
export async function startGithub({
  folder,
  files,
  certificates,
  appKey,
}: StandInOptions): Promise<GithubStandIn> {
  const repository = new GitRepository(join(folder, 'connectors.git'));
  repository.commit('main', files, { message: 'Add files' });
  const handle = (request: IncomingMessage, response: ServerResponse) => {
    void text(request).then((body) => {
      serve(standIn, appKey, request, response, body);
    });
  };
  const server =
    certificates === undefined ? await startHttp(handle) : await startHttps(certificates, handle);
  const standIn: GithubStandIn = {
    apiUrl: `${server.origin}/api/v3`,
    owner: OWNER,
    name: NAME,
    token: TOKEN,
    repository,
    pulls: [],
    requests: [],
    fault: () => undefined,
    archived: false,
    defaultBranch: 'main',
    renamedTo: undefined,
    permissions: { contents: 'write', pullRequests: 'write' },
    merge(number, squash) {
      const pull = standIn.pulls.find((each) => each.number === number);
      if (pull === undefined) throw new Error(`Unknown pull request: ${number}.`);
      repository.merge(pull.base, pull.head, squash);
      Object.assign(pull, { state: 'closed', mergedAt: new Date().toISOString() });
    },
    deleteBranch(branch) {
      repository.git(['update-ref', '-d', `refs/heads/${branch}`]);
      for (const pull of standIn.pulls)
        if (pull.head === branch && pull.isFork !== true) pull.state = 'closed';
    },
    renameDefaultBranch(branch) {
      repository.git(['branch', '--move', standIn.defaultBranch, branch]);
      for (const pull of standIn.pulls)
        if (pull.state === 'open' && pull.base === standIn.defaultBranch) pull.base = branch;
      standIn.defaultBranch = branch;
    },
    close: () => server.close(),
  };
  return standIn;
}

function serve(
  standIn: GithubStandIn,
  appKey: string | undefined,
  request: IncomingMessage,
  response: ServerResponse,
  body: string,
): void {
  const { method = '', url = '', headers } = request;
  const { pathname, searchParams } = new URL(url, 'http://localhost');
  const path = decodeURIComponent(pathname).replace(`/api/v3/repos/${OWNER}/${NAME}`, '');
  const name = `${method} ${path === '' ? '/' : path.replace(/^(\/(?:git\/\w+|pulls|compare)).*$/, '$1')}`;
  const received = { name, method, url, authorization: headers.authorization };
  standIn.requests.push(received);
  const fault = standIn.fault(received, standIn.requests.length);
  if (fault === 'cut before') {
    response.destroy();
    return;
  }
  if (fault !== undefined && fault !== 'cut after') {
    write(response, fault);
    return;
  }
  const asked: Asked = {
    method,
    path,
    query: searchParams,
    headers,
    body: body === '' ? {} : (JSON.parse(body) as Record<string, unknown>),
  };
  const answer = answerOf(standIn, appKey, asked);
  if (fault === 'cut after') response.destroy();
  else write(response, answer);
}

function answerOf(standIn: GithubStandIn, appKey: string | undefined, asked: Asked): Answer {
  const { headers, path, method } = asked;
  if (headers['user-agent'] === undefined) return refused(403, 'Request forbidden by administrative rules.');
  if (!['2022-11-28', undefined].includes(headers['x-github-api-version']?.toString()))
    return refused(400, 'The API version is not supported.');
  if (path.startsWith('/api/v3/app/')) return installationToken(standIn, appKey, asked);
  const token = /^(?:bearer|token) (?<token>.+)$/i.exec(headers.authorization ?? '')?.groups?.['token'];
  if (token !== TOKEN && token !== INSTALLATION_TOKEN) return refused(401, 'Bad credentials');
  if (path.startsWith('/api/v3')) return refused(404, 'Not Found');
  const { repository, owner, name, pulls } = standIn;
  // The rights of a user; an app has none of them, whatever its permissions are.
  const isUser = token === TOKEN;
  if (path === '') {
    return ok({
      id: 1,
      full_name: standIn.renamedTo ?? `${owner}/${name}`,
      default_branch: standIn.defaultBranch,
      archived: standIn.archived,
      permissions: { push: isUser && standIn.permissions.contents === 'write', pull: isUser },
    });
  }
  if (method !== 'GET') {
    const location = `/api/v3/repositories/1${path}`;
    if (standIn.renamedTo !== undefined) return refused(307, 'Moved', { headers: { location } });
    if (standIn.archived) return refused(403, 'Repository was archived so is read-only.');
    const right = path.startsWith('/pulls') ? 'pullRequests' : 'contents';
    if (standIn.permissions[right] === 'read') {
      const needed = right === 'contents' ? 'contents=write' : 'pull_requests=write';
      return refused(403, 'Resource not accessible by personal access token', {
        headers: { 'x-accepted-github-permissions': needed },
      });
    }
  }
  return (
    answerGit(repository, asked) ??
    answerPulls({ repository, owner, name, pulls }, asked) ??
    refused(404, 'The stand-in does not know this request.')
  );
}

/** Checks the JWT of the app as GitHub does: its signature, its issuer and its lifetime of at most ten minutes. */
function installationToken(
  { permissions: granted }: GithubStandIn,
  appKey: string | undefined,
  { headers, path, method, body }: Asked,
): Answer {
  const [head = '', claims = '', signature = ''] = (headers.authorization ?? '')
    .replace(/^Bearer /, '')
    .split('.');
  const isSigned =
    appKey !== undefined &&
    verify('RSA-SHA256', Buffer.from(`${head}.${claims}`), appKey, Buffer.from(signature, 'base64url'));
  if (!isSigned) return refused(401, 'A JSON web token could not be decoded');
  const parsed = JSON.parse(Buffer.from(claims, 'base64url').toString()) as Record<
    'iat' | 'exp' | 'iss',
    unknown
  >;
  const now = Date.now() / 1_000;
  if (Number(parsed.exp) > now + 600)
    return refused(401, "'Expiration time' claim ('exp') is too far in the future");
  if (Number(parsed.iat) > now || parsed.iss !== '7') return refused(401, 'Issuer claim is wrong');
  if (method !== 'POST' || !path.endsWith('/installations/99/access_tokens'))
    return refused(404, 'Not Found');
  if (JSON.stringify(body['repositories']) !== JSON.stringify([NAME]))
    return refused(
      422,
      'There is at least one repository that does not exist or is not accessible to the parent installation.',
    );
  const wanted = body['permissions'] as Record<string, unknown>;
  if (
    (wanted['contents'] === 'write' && granted.contents === 'read') ||
    (wanted['pull_requests'] === 'write' && granted.pullRequests === 'read')
  )
    return refused(422, 'The permissions requested are not granted to this installation.');
  return ok({ token: INSTALLATION_TOKEN, expires_at: new Date(Date.now() + 3_600_000).toISOString() }, 201);
}

function write(response: ServerResponse, { status, data, headers = {} }: Answer): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers });
  response.end(data === undefined ? '' : JSON.stringify(data));
}
