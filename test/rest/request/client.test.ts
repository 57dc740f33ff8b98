import { writeFileSync } from 'node:fs';
import { request as httpRequest, type IncomingMessage, type RequestListener } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { HttpSourceSpec } from '../../../src/definitions/connector/types.ts';
import { createCertificates, type Certificates } from '../../support/http/certificates.ts';
import { startHttp, startHttps } from '../../support/http/local-server.ts';
import { failureOf } from '../../support/databases/postgres-source.ts';
import { readAll } from '../../support/files/read-rows.ts';
import { numbered, restSource } from '../../support/http/rest-source.ts';
import { RestServers } from '../../support/http/rest-servers.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';

const servers = new RestServers();
const folders = temporaryFolders();
let certificates: Certificates;
let caFile: string;

beforeAll(() => {
  certificates = createCertificates();
  caFile = file('ca.pem', certificates.authority);
});
afterEach(() => servers.close());
afterAll(() => {
  folders.removeAll();
});

function file(name: string, content: string): string {
  const path = join(folders.make(), name);
  writeFileSync(path, content);
  return path;
}

const read = async (
  url: string,
  tls: HttpSourceSpec['tls'],
  proxy?: { https?: string; http?: string; except?: string },
) => {
  const settings = { http: proxy?.http, https: proxy?.https, except: proxy?.except };
  const { source } = restSource({ url, ...(tls === undefined ? {} : { tls }) }, { proxy: settings });
  const { rows } = await readAll(source);
  return rows.map(({ id }) => id);
};

const secure = () => servers.start({ records: numbered(2), style: 'whole', certificates });

describe('a certificate', () => {
  test('is trusted when its authority is named', async () => {
    const server = await secure();
    expect(await read(server.url, { caFile })).toEqual(['1', '2']);
  });

  test('that is not trusted is an error that names the option, and nothing is sent', async () => {
    const server = await secure();
    expect(await failureOf(() => read(server.url, undefined))).toMatchObject({
      code: 'SOURCE_TLS',
      exit: 78,
      hint: expect.stringContaining('source.tls.caFile'),
    });
    expect(server.received).toEqual([]);
  });

  test('of another host is an error', async () => {
    const other = createCertificates(['kb.example.com']);
    const server = await servers.start({ records: [], style: 'whole', certificates: other });
    const url = server.url.replace('127.0.0.1', 'localhost');
    const tls = { caFile: file('other.pem', other.authority) };
    expect(await failureOf(() => read(url, tls))).toMatchObject({
      code: 'SOURCE_TLS',
      hint: expect.stringContaining('host name'),
    });
  });

  test.each<[string, number, number, RegExp]>([
    ['has expired', -48, -24, /has expired: let its owner renew it/],
    ['is not yet valid', 24, 48, /not valid yet: correct the clock/],
  ])('that %s is an error whose hint says so', async (_, from, to, hint) => {
    const other = createCertificates(['localhost'], { from, to });
    const server = await servers.start({ records: [], style: 'whole', certificates: other });
    const error = await failureOf(() => read(server.url, { caFile: file('own.pem', other.authority) }));
    expect(error).toMatchObject({ code: 'SOURCE_TLS', hint: expect.stringMatching(hint) });
    expect(error.hint).not.toContain('caFile');
  });

  test.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'of the client that is missing is an error that names its fields: %s',
    async (version) => {
      const server = await startHttps(certificates, (_, response) => response.end('[]'), {
        ca: certificates.authority,
        requestCert: true,
        rejectUnauthorized: true,
        minVersion: version,
        maxVersion: version,
      });
      try {
        expect(await failureOf(() => read(`${server.origin}/`, { caFile }))).toMatchObject({
          code: 'SOURCE_TLS',
          hint: expect.stringMatching(/client certificate.*source\.tls\.certFile and source\.tls\.keyFile/),
        });
      } finally {
        await server.close();
      }
    },
  );

  test.each(['caFile', 'certFile', 'keyFile'])('whose file cannot be read is an error: %s', async (field) => {
    const error = await failureOf(() => read('https://127.0.0.1:9/', { [field]: '/nowhere/x.pem' }));
    expect(error).toMatchObject({
      code: 'SOURCE_TLS',
      message: expect.stringContaining(`source.tls.${field}`),
    });
  });

  test('of the client is shown', async () => {
    const { certificate: cert, key, authority: ca } = certificates;
    let subject: string | string[] | undefined;
    const server = await startHttps(
      certificates,
      (request, response) => {
        if (request.socket instanceof TLSSocket) subject = request.socket.getPeerCertificate().subject.CN;
        response.end('[{"id":1,"name":"x"}]');
      },
      { ca, requestCert: true, rejectUnauthorized: false },
    );
    try {
      const tls = { caFile, certFile: file('c.pem', cert), keyFile: file('c.key', key) };
      await read(`${server.origin}/`, tls);
    } finally {
      await server.close();
    }
    expect(subject).toBe('Test server');
  });
});

describe('a server that does not speak what is asked', () => {
  test('is an error: TLS at a server without it', async () => {
    const server = await servers.start({ records: [], style: 'whole' });
    expect(await failureOf(() => read(server.url.replace('http:', 'https:'), undefined))).toMatchObject({
      code: 'SOURCE_TLS',
    });
  });

  test('is an error: no name that is known', async () => {
    expect(await failureOf(() => read('http://nowhere.invalid/', undefined))).toMatchObject({
      code: 'SOURCE_UNREACHABLE',
      exit: 75,
    });
  });
});

describe('a proxy', () => {
  /** Passes on requests and tunnels; tells where to. */
  async function startProxy(password?: string) {
    const asked: string[] = [];
    const denied = (authorization: string | undefined) =>
      password !== undefined &&
      authorization !== `Basic ${Buffer.from(`user:${password}`).toString('base64')}`;
    const answer: RequestListener = (incoming, response) => {
      asked.push(`${incoming.method} ${incoming.url}`);
      if (denied(incoming.headers['proxy-authorization'])) {
        response.writeHead(407).end();
        return;
      }
      const passed = httpRequest(
        // The host name exists only for the server of the test.
        (incoming.url ?? '').replace('kb.example.com', '127.0.0.1'),
        { method: incoming.method ?? '', headers: incoming.headers },
        (answer) => {
          response.writeHead(answer.statusCode ?? 502, answer.headers);
          answer.pipe(response);
        },
      );
      incoming.pipe(passed);
    };
    const tunnel = ({ url = '', headers }: IncomingMessage, socket: Duplex) => {
      asked.push(`CONNECT ${url}`);
      if (denied(headers['proxy-authorization'])) {
        socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
        return;
      }
      const [host = '', port = ''] = url.split(':');
      const through = connect(Number(port), host, () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        through.pipe(socket).pipe(through);
      });
      for (const end of [through, socket]) end.on('error', () => through.destroy());
    };
    const { port, close } = await startHttp(answer, (server) => server.on('connect', tunnel));
    return { asked, url: (user = '') => `http://${user}127.0.0.1:${port}`, close };
  }

  test('is gone through, with TLS from end to end and its own password', async () => {
    const proxy = await startProxy('pw');
    const server = await secure();
    try {
      expect(await read(server.url, { caFile }, { https: proxy.url('user:pw@') })).toEqual(['1', '2']);
      expect(proxy.asked).toEqual([`CONNECT ${new URL(server.url).host}`]);
    } finally {
      await proxy.close();
    }
  });

  test('is sent the complete URL when the URL is http', async () => {
    const proxy = await startProxy('pä%ss');
    const server = await servers.start({ records: numbered(2), style: 'whole' });
    const elsewhere = server.url.replace('127.0.0.1', 'kb.example.com');
    try {
      const user = 'user:p%C3%A4%25ss@';
      expect(await read(`${elsewhere}?b=1`, undefined, { http: proxy.url(user) })).toEqual(['1', '2']);
      expect(proxy.asked).toEqual([`GET ${elsewhere}?b=1`]);
      expect(server.received[0]?.headers.host).toBe(new URL(elsewhere).host);
    } finally {
      await proxy.close();
    }
  });

  test.each(['127.0.0.0/8', '10.0.0.0/8,127.0.0.1/32', '*', ' 127.0.0.1 '])(
    'is not gone through when NO_PROXY is %j',
    async (except) => {
      const proxy = await startProxy();
      const server = await secure();
      try {
        expect(await read(server.url, { caFile }, { https: proxy.url(), except })).toHaveLength(2);
        expect(proxy.asked).toEqual([]);
      } finally {
        await proxy.close();
      }
    },
  );

  test.each([
    ['a tunnel', true],
    ['a request', false],
  ])('that wants a password is an error of exit status 77 after one attempt: %s', async (_, tls) => {
    const proxy = await startProxy('pw');
    const server = tls ? await secure() : await servers.start({ records: [], style: 'whole' });
    const wrong = proxy.url('user:wrong@');
    try {
      const elsewhere = server.url.replace('http://127.0.0.1', 'http://kb.example.com');
      const error = await failureOf(() => read(elsewhere, { caFile }, { https: wrong, http: wrong }));
      expect(error).toMatchObject({ code: 'SOURCE_AUTH_FAILED', exit: 77 });
      expect(error.hint).toContain('HTTPS_PROXY');
      expect(error.message).not.toContain('wrong');
      expect(proxy.asked).toHaveLength(1);
    } finally {
      await proxy.close();
    }
  });

  test('is gone through without TLS too, and not where it is not to be', async () => {
    const proxy = await startProxy();
    const server = await servers.start({ records: numbered(2), style: 'whole' });
    const elsewhere = server.url.replace('127.0.0.1', 'kb.example.com');
    try {
      expect(await read(elsewhere, undefined, { http: proxy.url() })).toEqual(['1', '2']);
      expect(proxy.asked).toHaveLength(1);
      const encrypted = await secure();
      const direct = { https: proxy.url(), except: 'example.com,127.0.0.1' };
      expect(await read(encrypted.url, { caFile }, direct)).toHaveLength(2);
      expect(proxy.asked).toHaveLength(1);
    } finally {
      await proxy.close();
    }
  });

  test('gets no request over http to this machine, because the credentials in it would leave the machine', async () => {
    const proxy = await startProxy();
    const server = await servers.start({ records: numbered(2), style: 'whole' });
    try {
      expect(await read(server.url, undefined, { http: proxy.url() })).toEqual(['1', '2']);
      const byName = server.url.replace('127.0.0.1', 'localhost');
      expect(await read(byName, undefined, { http: proxy.url() })).toEqual(['1', '2']);
      expect(proxy.asked).toEqual([]);
    } finally {
      await proxy.close();
    }
  });

  test('that is not a URL is an error', async () => {
    expect(
      await failureOf(() => read('http://127.0.0.1:9/', undefined, { http: 'pr oxy:pw@x' })),
    ).toMatchObject({
      code: 'ENVIRONMENT_INVALID',
      message: expect.not.stringContaining('pw'),
    });
  });
});
