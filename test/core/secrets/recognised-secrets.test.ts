import { describe, expect, test } from '@jest/globals';
import { isCredential } from '../../../src/core/secrets/credential-names.ts';
import { recognisedSecrets, withoutRecognisedSecrets } from '../../../src/core/secrets/recognised-secrets.ts';

const HEX = '0123456789abcdef0123456789abcdef';
/** Written in pieces, so that no scanner takes this file for a leak. */
const TOKENS: readonly string[] = [
  `ghp_${'a1B2'.repeat(9)}`,
  `gho_${'a1B2'.repeat(9)}`,
  `github_pat_${'a1B2'.repeat(9)}`,
  'glpat-abcdefghij0123456789',
  `xoxb-${'1234567890'.repeat(2)}-abc`,
  `xoxp-${'1234567890'.repeat(2)}-abc`,
  `sk_live_${'a1B2'.repeat(6)}`,
  `sk-${'a1B2'.repeat(8)}`,
  `sk-proj-${'a1B2'.repeat(8)}`,
  `AKIA${'ABCD2345'.repeat(2)}`,
  `AIza${'aB3-_'.repeat(7)}`,
  `eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.${'a1B2'.repeat(8)}`,
  `SG.${'a1B2'.repeat(5)}.${'a1B2'.repeat(10)}`,
  `shpat_${HEX}`,
  `pat-na1-01234567-89ab-cdef-0123-456789abcdef`,
  `ya29.${'a1B2'.repeat(8)}`,
  `npm_${'a1B2'.repeat(9)}`,
];

describe('recognisedSecrets', () => {
  test.each(TOKENS)('finds a token by its mark: %s', (token) => {
    for (const text of [
      token,
      `Authorization ${token}`,
      `before "${token}", after`,
      `https://x/${token}/y`,
    ]) {
      expect(withoutRecognisedSecrets(text)).not.toContain(token.slice(-12));
      expect(withoutRecognisedSecrets(text)).toContain('[redacted]');
    }
  });

  test.each([
    ['https://x/items?api_key=abcdef0123456789abcdef&limit=5', 'https://x/items?api_key=[redacted]&limit=5'],
    ['https://x/items?limit=5&Access_Token=s3cr3t', 'https://x/items?limit=5&Access_Token=[redacted]'],
    ['GET https://x/?sig=aB3%2Fde%3D&se=2026', 'GET https://x/?sig=[redacted]&se=2026'],
    ['https://x/?subscription-key=letmein', 'https://x/?subscription-key=[redacted]'],
    ['https://x/?X-Amz-Signature=0a1b2c&X-Amz-Date=1', 'https://x/?X-Amz-Signature=[redacted]&X-Amz-Date=1'],
    [`https://x/?key=${HEX}`, 'https://x/?key=[redacted]'],
    ['https://ada:hunter2@x/items', 'https://ada:[redacted]@x/items'],
    ["dblink('host=h user=u password=hunter2 port=1')", "dblink('host=h user=u password=[redacted] port=1')"],
    ['Server=h;User Id=sa;Password=p@ss;Encrypt=yes', 'Server=h;User Id=sa;Password=[redacted];Encrypt=yes'],
    ['Authorization: Bearer a1b2c3d4e5f6', 'Authorization: Bearer [redacted]'],
    ['Authorization: Basic dXNlcjpwYXNzd29yZA==', 'Authorization: Basic [redacted]'],
    ['{"client_secret": "correct horse 1 battery"}', '{"client_secret": "[redacted]"}'],
  ])('finds a secret by what names it: %s', (text, clean) => {
    expect(withoutRecognisedSecrets(text)).toBe(clean);
  });

  test.each([
    'https://x/items?pageToken=CAUQAA&sort=key&limit=100&after=c20',
    'https://x/items?next_token=eyJpZCI6MTIzNDV9&$skiptoken=WzEyMywiYSJd',
    'https://x/items/550e8400-e29b-41d4-a716-446655440000?key=550e8400-e29b-41d4-a716-446655440000',
    'https://x/?key=created_at&code=DE&project_key=PROJ-1234&auth=oauth&token=next',
    'https://x/{{ id }}?token={{ token }}&password=${PASSWORD}',
    'https://x/?updated_since=:watermark&api_key=:watermark',
    "select code, token, u.password from t u join p on u.password=p.password where code = 'DE'",
    'The token endpoint answered 401: Bearer authentication is required.',
    'filters: [{"key": "status", "value": "open"}], "code": "SOURCE_PERMISSION", "token": "next page"',
    'task-1234567890-abcdefghijklmnop, disk-0A1B2C3D4E5F6G7H8I9J and sk-SK locale',
    'postgres://db.example:5432/hr?sslmode=require',
    'run 01HZX3A7Q0V5J9K2M4N6P8R0ST of hr-people wrote gs://bucket/hr/runs/20260101T000000Z-0a1b2c3d/manifest.json',
    'sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  ])('leaves ordinary text alone: %s', (text) => {
    expect(recognisedSecrets(text)).toEqual([]);
  });

  test('takes time in proportion to the length of the text', () => {
    const texts = ['sk-', 'eyJ', '?a=', '"a":"', 'a://b:', 'bearer a', '-----BEGIN ', "x='", 'xoxb-'];
    const msOf = (unit: string, length: number) => {
      const text = unit.repeat(length / unit.length);
      const times = Array.from({ length: 3 }, () => {
        const started = performance.now();
        recognisedSecrets(text);
        return performance.now() - started;
      });
      return Math.min(...times);
    };
    for (const unit of texts) {
      // What is not linear grows sixteenfold.
      expect(msOf(unit, 400_000)).toBeLessThan(12 * Math.max(msOf(unit, 100_000), 5));
    }
  });
});

describe('isCredential', () => {
  test.each([
    ['X-API-Key', 'abc12345'],
    ['DD-APPLICATION-KEY', HEX],
    ['X-Shopify-Access-Token', 'plain-word-token'],
    ['Authorization', 'Bearer abcdef'],
    ['Authorization', 'Token 0123456789'],
    ['Cookie', `lang=en; session=${HEX}`],
    ['X-Vendor-Token', HEX],
    ['Ocp-Apim-Subscription-Key', HEX],
    ['password', 'letmein'],
    ['api_key', '550e8400-e29b-41d4-a716-446655440000'],
  ])('takes the value of %s for one: %s', (name, value) => {
    expect(isCredential(name, value)).toBe(true);
  });

  test.each([
    ['pageToken', HEX],
    ['key', 'created_at'],
    ['sortKey', 'updatedAt_2026_descending'],
    ['Idempotency-Key', HEX],
    ['Cookie', 'lang=en; theme=dark'],
    ['code', 'ISO-3166-1'],
    ['Accept', 'application/json'],
    ['id', '550e8400-e29b-41d4-a716-446655440000'],
    ['token', 'standard'],
    ['api_key', '{{ key }}'],
    ['X-Request-Key', 'list-of-all-articles-2026'],
  ])('does not take the value of %s for one: %s', (name, value) => {
    expect(isCredential(name, value)).toBe(false);
  });
});
