import { describe, expect, test } from '@jest/globals';
import { plaintextFindings } from '../../../../../src/definitions/connector/rules/plaintext.ts';
import { restAuthorizationFindings } from '../../../../../src/definitions/connector/rules/rest/authorization.ts';
import { restJobFindings } from '../../../../../src/definitions/connector/rules/rest/job.ts';
import { restSigningFindings } from '../../../../../src/definitions/connector/rules/rest/signing.ts';
import { secretFindings } from '../../../../../src/definitions/connector/rules/secrets.ts';
import { secretRefsOf } from '../../../../../src/definitions/connector/secrets/secret-references.ts';

type Fields = Readonly<Record<string, unknown>>;

const URL = 'https://api.example.com/items';
const TOKEN = { tokenUrl: 'https://login.example.com/token' };
const START = { url: 'https://api.example.com/jobs' };
const POLL = { url: 'https://api.example.com/jobs/{{ job.id }}', statusPath: 's', doneValues: ['done'] };
const connector = (source: Fields) => ({ spec: { source: { type: 'http', url: URL, ...source } } });

const found = (source: Fields) =>
  [restAuthorizationFindings, restSigningFindings, restJobFindings, secretFindings]
    .flatMap((rule) => rule(connector(source)))
    .map(({ code, path }) => `${code} ${path.slice('spec.source.'.length)}`);

describe('rules about credentials of an API', () => {
  test.each<[Fields, string]>([
    [
      { oauth: { ...TOKEN, grantType: 'password', refreshTokenRef: 'r' } },
      'misplaced_key oauth.refreshTokenRef',
    ],
    [{ oauth: { ...TOKEN, grantType: 'jwt_bearer', username: 'u' } }, 'misplaced_key oauth.username'],
    [{ oauth: { ...TOKEN, grantType: 'password', clientSecretRef: 'c' } }, 'missing_key oauth.clientId'],
    [
      { oauth: { ...TOKEN, grantType: 'password', clientAuthMethod: 'client_secret_post' } },
      'misplaced_key oauth.clientAuthMethod',
    ],
    [
      { oauth: { ...TOKEN, grantType: 'password', parameters: { client_assertion: 'x' } } },
      'secret_in_file oauth.parameters.client_assertion',
    ],
    [{ login: { url: `${URL}/login`, header: 'X-Token' } }, 'misplaced_key login.header'],
    [{ login: { url: `${URL}/login`, usernameField: 'user' } }, 'missing_key login.username'],
    [{ login: { url: 'https://other.example.com/' } }, 'wrong_value login.url'],
    [{ login: { url: URL }, oauth: { ...TOKEN, grantType: 'password' } }, 'auth_twice login'],
    [{ login: { url: URL, tokenPath: 't' }, secretRef: 's', auth: { type: 'basic' } }, 'auth_twice login'],
    [{ secretRef: 's', secretHeaders: { Authorization: 'other' } }, 'auth_twice secretHeaders.Authorization'],
    [{ headers: { 'x-key': '1' }, secretHeaders: { 'X-Key': 'k' } }, 'auth_twice secretHeaders.X-Key'],
    [{ secretHeaders: { Host: 'k' } }, 'misplaced_key secretHeaders.Host'],
    [{ secretHeaders: { 'X-Key': 'https://u:p@x' } }, 'secret_in_file secretHeaders.X-Key'],
    [
      { secretHeaders: { 'X-Key': '0f9c1ab27d5e84c6b3a1d2e4f5061728' } },
      'secret_in_file secretHeaders.X-Key',
    ],
    [{ signing: { header: 'S', template: '{{ bdy }}' } }, 'wrong_value signing.template'],
    [{ signing: { header: 'S', template: 'x{{ timestamp }}' } }, 'wrong_value signing.template'],
    [{ signing: { header: 'S', template: '{{ path }' } }, 'template_syntax signing.template'],
    [
      { signing: { header: 'S', template: '{{ path }}{{ timestamp }}' } },
      'missing_key signing.timestampHeader',
    ],
    [{ url: `${URL}/{{ job.id }}` }, 'misplaced_key url'],
    [{ job: { start: { url: 'https://b.example.com/' }, poll: POLL } }, 'wrong_value job.start.url'],
    [{ job: { start: { url: `${URL}/{{ job.id }}` }, poll: POLL } }, 'wrong_value job.start.url'],
    [{ job: { start: START, poll: { ...POLL, url: `${URL}/{{ id }}` } } }, 'wrong_value job.poll.url'],
    [
      { job: { start: START, poll: { ...POLL, failedValues: ['done'] } } },
      'wrong_value job.poll.failedValues',
    ],
    [{ job: { start: START, poll: POLL }, resumable: true }, 'misplaced_key resumable'],
    [
      { url: `${URL}/{{ job.id }}`, job: { start: START, poll: POLL, resultUrlPath: 'u' } },
      'wrong_value url',
    ],
  ])('report one problem in %j', (source, expected) => {
    expect(found(source)).toEqual([expected]);
  });

  test.each<Fields>([
    { secretHeaders: { 'DD-API-KEY': 'datadog-api-key', 'DD-APPLICATION-KEY': 'datadog-application-key' } },
    { oauth: { ...TOKEN, grantType: 'password', clientId: 'c', username: 'u', passwordRef: 'p' } },
    { login: { url: 'https://login.example.com/', tokenPath: 'token', secretRef: 'p' } },
    { login: { url: `${URL}/login` }, secretRef: 's', auth: { type: 'api_key' } },
    { signing: { header: 'S', timestampHeader: 'T', template: '{{ timestamp }}{{ body_sha256 }}' } },
    { url: `${URL}/{{job.id}}`, job: { start: START, poll: POLL } },
  ])('report nothing in %j', (source) => {
    expect(found(source)).toEqual([]);
  });

  test('know every secret, and what the token endpoint and the login receive', () => {
    const source = {
      secretRef: 'main',
      oauth: {
        clientSecretRef: 'client',
        refreshTokenRef: 'refresh',
        passwordRef: 'pw',
        privateKeyRef: 'key',
      },
      login: { secretRef: 'login', url: 'http://login.internal/' },
      signing: { secretRef: 'sign' },
      secretHeaders: { 'X.Dotted': 'header' },
    };
    const token = ['client', 'refresh', 'pw', 'key'];
    expect(secretRefsOf(connector(source))).toEqual(['main', ...token, 'login', 'sign', 'header']);
    expect(secretRefsOf(connector(source), 'token')).toEqual(token);
    expect(secretRefsOf(connector(source), 'login')).toEqual(['login']);
  });

  test.each(['secretHeaders', 'signing', 'login', 'oauth'])('refuse %s over http', (key) => {
    const source = { url: 'http://kb.internal/x', [key]: { url: 'http://login.internal/' } };
    const paths = plaintextFindings(connector(source), () => false).map(({ path }) => path);
    expect(paths).toEqual(['spec.source.url', ...(key === 'login' ? ['spec.source.login.url'] : [])]);
  });
});
