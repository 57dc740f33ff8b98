import { generateKeyPairSync } from 'node:crypto';
import { connect } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { refused } from '../../stand-ins/github/answers.ts';
import { startGithub, type GithubStandIn } from '../../stand-ins/github/github-stand-in.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';
import { createCertificates } from '../../support/http/certificates.ts';
import { startHttp } from '../../support/http/local-server.ts';
import { json, startServer } from '../../support/http/http-server.ts';
import {
  ADA,
  anOrder,
  githubSettings,
  openProposalPlace,
  ORDERS,
  ORDERS_TEXT,
} from '../../support/studio/proposal-place.ts';

const signal = new AbortController().signal;
const folders = temporaryFolders();
const open: { close(): Promise<void> }[] = [];
const opened = <Part extends { close(): Promise<void> }>(part: Part): Part => {
  open.push(part);
  return part;
};

afterEach(async () => {
  for (const part of open.splice(0).reverse()) await part.close();
  folders.removeAll();
});

async function start(options: Partial<Parameters<typeof startGithub>[0]> = {}): Promise<GithubStandIn> {
  return opened(await startGithub({ folder: folders.make(), files: { [ORDERS]: ORDERS_TEXT }, ...options }));
}

async function proposals(...[github, more]: Parameters<typeof githubSettings>) {
  return opened(await openProposalPlace(folders.make(), githubSettings(github, more))).proposals;
}

/** A proxy that opens tunnels, and records what it was asked for. */
async function startProxy() {
  const asked: { readonly target: string; readonly headers: string }[] = [];
  const server = await startHttp(undefined, (http) =>
    http.on('connect', ({ url = '', headers }, socket) => {
      asked.push({ target: url, headers: JSON.stringify(headers) });
      const [host = '', port = ''] = url.split(':');
      const through = connect(Number(port), host, () => {
        socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
        through.pipe(socket).pipe(through);
      });
      through.on('error', () => socket.destroy());
      socket.on('error', () => through.destroy());
    }),
  );
  return { ...opened(server), asked };
}

describe('the connection to GitHub', () => {
  test('reaches an Enterprise server with a private authority through a proxy, which does not see the token', async () => {
    const certificates = createCertificates();
    const github = await start({ certificates });
    const proxy = await startProxy();
    const ours = await proposals(github, {
      ca: certificates.authority,
      proxy: { http: undefined, https: proxy.origin, except: undefined },
    });
    await expect(ours.propose(anOrder(), ADA, signal)).resolves.toMatchObject({ state: 'open' });
    expect(new Set(proxy.asked.map(({ target }) => target))).toEqual(new Set([new URL(github.apiUrl).host]));
    expect(JSON.stringify(proxy.asked)).not.toContain(github.token);
    expect(new Set(github.requests.map(({ authorization }) => authorization))).toEqual(
      new Set([`Bearer ${github.token}`]),
    );
  });

  test('is refused when the authority of the server is not known, and names the variable', async () => {
    const github = await start({ certificates: createCertificates() });
    const ours = await proposals(github);
    await expect(ours.propose(anOrder(), ADA, signal)).rejects.toMatchObject({
      code: 'GITHUB_UNREACHABLE',
      hint: expect.stringContaining('GITHUB_CA_FILE'),
    });
    expect(github.requests).toEqual([]);
  });

  test.each(['GET', 'POST'])('never carries the token of a %s to another origin', async (wanted) => {
    const other = opened(await startServer(json(200, {})));
    const github = await start();
    github.fault = ({ method }) =>
      method === wanted
        ? { status: 307, data: {}, headers: { location: `${other.url}/elsewhere` } }
        : undefined;
    const ours = await proposals(github);
    await expect(ours.propose(anOrder(), ADA, signal)).rejects.toMatchObject({ code: 'GITHUB_MOVED' });
    expect(other.received).toEqual([]);
  });

  test('follows the redirect of a renamed repository when it only reads', async () => {
    const github = await start();
    const path = `/api/v3/repos/${github.owner}/${github.name}`;
    github.fault = (_request, number) =>
      number === 1 ? { status: 301, data: {}, headers: { location: `${path}?moved` } } : undefined;
    const ours = await proposals(github);
    await expect(ours.base(signal)).resolves.toMatchObject({ branch: 'main' });
  });

  test('uses the token of the installation of an app until it is refused, and says what the app lacks', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
    });
    const github = await start({ appKey: publicKey });
    const credentials = { kind: 'app', appId: '7', installationId: '99', privateKey } as const;
    const ours = await proposals(github, { credentials });
    await expect(ours.propose(anOrder(), ADA, signal)).resolves.toMatchObject({ state: 'open' });
    expect(github.requests.filter(({ url }) => url.endsWith('/access_tokens')).length).toBe(1);
    // GitHub can revoke the token at any time.
    let revoked = 1;
    const isSignIn = (url: string) => url.endsWith('/access_tokens');
    github.fault = ({ url }) =>
      !isSignIn(url) && revoked-- > 0 ? refused(401, 'Bad credentials') : undefined;
    await expect(ours.propose(anOrder({}, 'changed'), ADA, signal)).resolves.toMatchObject({ state: 'open' });
    expect(github.requests.filter(({ url }) => isSignIn(url)).length).toBe(2);
    github.fault = ({ url }) => (isSignIn(url) ? undefined : refused(401, 'Bad credentials'));
    await expect(ours.propose(anOrder(), ADA, signal)).rejects.toMatchObject({
      message: expect.stringContaining('token of the installation'),
    });

    github.fault = () => undefined;
    const messageOf = async (...more: Parameters<typeof proposals>) => {
      const refusal = await (await proposals(...more)).base(signal).catch((thrown: unknown) => thrown);
      return String(refusal).replace(/^\w+: | \(.*/gs, '');
    };
    github.permissions = { contents: 'write', pullRequests: 'read' };
    const lacking = await messageOf(github, { credentials });
    github.permissions = { contents: 'write', pullRequests: 'write' };
    expect([
      lacking,
      await messageOf(github, { credentials: { ...credentials, appId: '8' } }),
      await messageOf(github, { credentials: { ...credentials, installationId: '98' } }),
      await messageOf(github, { credentials, name: 'other' }),
    ]).toEqual([
      'The installation of the app lacks a permission',
      'GitHub refuses the app: its id or its private key is wrong, or the clock of this machine is',
      'The app has no installation with this number',
      'The app is not installed for the repository acme/other',
    ]);
  });
});
