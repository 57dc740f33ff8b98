import { describe, expect, test } from '@jest/globals';
import { secretFindings } from '../../../../src/definitions/connector/rules/secrets.ts';

type Fields = Readonly<Record<string, unknown>>;

const URL = 'https://kb.example.com/articles';
const HEX = '0123456789abcdef0123456789abcdef';

const findings = (source: Fields, others: Fields = {}) =>
  secretFindings({ ...others, spec: { source: { type: 'http', url: URL, ...source }, ...others } });

describe('secretFindings', () => {
  test.each<[Fields, string, string]>([
    [{ url: `${URL}?api_key=abcdef0123456789abcdef` }, 'spec.source.url', 'abcdef0123456789abcdef'],
    [{ url: `${URL}?limit=5&token=s3cr3t-token` }, 'spec.source.url', 's3cr3t-token'],
    [{ url: `${URL}?sv=2022&sig=aB3%2Fde%3D` }, 'spec.source.url', 'aB3%2Fde%3D'],
    [{ url: `${URL}?code=${HEX}` }, 'spec.source.url', HEX],
    [{ url: `${URL}?subscription-key=letmein` }, 'spec.source.url', 'letmein'],
    [{ url: 'https://ada:hunter2@kb.example.com' }, 'spec.source.url', 'hunter2'],
    [
      { headers: { 'PRIVATE-TOKEN': 'glpat-abcdefghij0123456789' } },
      'spec.source.headers.PRIVATE-TOKEN',
      'glpat',
    ],
    [
      { headers: { 'X-Shopify-Access-Token': `shpat_${HEX}` } },
      'spec.source.headers.X-Shopify-Access-Token',
      'shpat',
    ],
    [{ headers: { 'X-Custom': `npm_${'a1B2'.repeat(9)}` } }, 'spec.source.headers.X-Custom', 'npm_'],
    [{ headers: { 'X-Vendor-Key': HEX } }, 'spec.source.headers.X-Vendor-Key', HEX],
    [{ headers: { Cookie: `session=${HEX}` } }, 'spec.source.headers.Cookie', HEX],
    [{ payload: { login: { password: 'letmein' } } }, 'spec.source.payload.login.password', 'letmein'],
    [{ payload: { password: 12345678 } }, 'spec.source.payload.password', '12345678'],
    [{ payload: { api_key: ['first-key', 'b'] } }, 'spec.source.payload.api_key[0]', 'first-key'],
    [
      { payload: { params: [{ name: 'apikey', value: 'letmein' }] } },
      'spec.source.payload.params[0].value',
      'letmein',
    ],
    [{ oauth: { tokenUrl: `${URL}?client_secret=letmein` } }, 'spec.source.oauth.tokenUrl', 'letmein'],
    [{ oauth: { clientSecret: 'letmein' } }, 'spec.source.oauth.clientSecret', 'letmein'],
    [
      { type: 'postgres', query: "select *\nfrom dblink('host=h password=letmein')" },
      'spec.source.query',
      'letmein',
    ],
    [{ type: 'postgres', secretRef: `ghp_${'a1B2'.repeat(9)}` }, 'spec.source.secretRef', 'ghp_'],
  ])('refuses a secret without repeating it: %j', (source, path, value) => {
    const found = findings(source);
    expect(found.map((finding) => [finding.code, finding.status ?? 'fail', finding.path])).toEqual([
      ['secret_in_file', 'fail', path],
    ]);
    expect(JSON.stringify(found.map(({ message, fix }) => [message, fix]))).not.toContain(value);
  });

  test.each<Fields>([
    { metadata: { labels: { token: `sk_live_${'a1B2'.repeat(6)}` } } },
    { metadata: { description: `key: AIza${'aB3-_'.repeat(7)}` } },
    { mapping: { contentTemplate: `{{ body }} https://x/?access_token=s3cr3t` } },
    { mapping: { uriTemplate: 'https://ada:hunter2@x/{{ id }}' } },
  ])('refuses a secret outside of the source: %j', (others) => {
    expect(findings({}, others).map(({ code }) => code)).toContain('secret_in_file');
  });

  test('names the line of a text of several lines', () => {
    const [finding] = findings({ type: 'postgres', query: "select 1\nfrom dblink(\n'password=letmein')" });
    expect(finding?.lineInText).toBe(3);
  });

  test('says what to do where an API needs two keys', () => {
    const found = findings({ headers: { 'DD-API-KEY': HEX, 'DD-APPLICATION-KEY': HEX } });
    expect(found).toHaveLength(2);
    for (const { fix } of found) {
      expect(fix).toContain('auth: {type: api_key, in: header, name: DD-');
      expect(fix).toContain('secretHeaders');
    }
    expect(findings({ headers: { 'DD-API-KEY': HEX } })[0]?.fix).not.toContain('secretHeaders');
  });

  test.each<Fields>([
    { url: `${URL}?pageToken=CAUQAA&sort=key&order=asc&status=published&limit=100` },
    { url: `${URL}?key=title&code=DE&q=token&filter=status%20eq%20%27open%27` },
    { url: `${URL}/550e8400-e29b-41d4-a716-446655440000?since=:watermark` },
    {
      headers: {
        Accept: 'application/json',
        'X-Request-Source': 'gemini-sync-bridge',
        Prefer: 'odata.maxpagesize=100',
      },
    },
    {
      headers: {
        'Accept-Language': 'de-DE,de;q=0.9',
        'X-Api-Version': '2024-10-01',
        'Notion-Version': '2022-06-28',
      },
    },
    { headers: { 'X-Tenant-Id': '550e8400-e29b-41d4-a716-446655440000', 'If-Match': '"abc0123456789"' } },
    {
      payload: {
        filters: [
          { key: 'status', value: 'open' },
          { field: 'code', value: 'A-1' },
        ],
        sortKey: 'updated',
      },
    },
    { payload: { jql: 'project = KB AND token ~ "x"', pageToken: 'CAUQAA', include_secret: false } },
    { payload: { query: 'query($key: String!) { items(key: $key) { id token } }' } },
    { secretRef: 'kb-api-token', auth: { type: 'api_key', in: 'query', name: 'api_key' } },
    {
      oauth: {
        tokenUrl: 'https://login.example.com/oauth2/token',
        clientId: HEX,
        clientSecretRef: 'kb-client',
      },
    },
    { pagination: { type: 'cursor', cursorField: 'page_token', nextCursorPath: 'meta.next_page_token' } },
    { tls: { certFile: '/etc/ssl/client.pem', keyFile: '/etc/ssl/private.key' } },
    {
      type: 'postgres',
      query: "select id, password_hash, token from users where key = 'a' and api_key is null",
    },
    {
      type: 'mssql',
      query: 'select u.id from users u join keys k on u.api_key=k.api_key where u.code=:watermark',
    },
  ])('leaves a source without secrets alone: %j', (source) => {
    expect(findings(source)).toEqual([]);
  });
});
