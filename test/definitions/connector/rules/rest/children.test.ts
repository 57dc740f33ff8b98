import { describe, expect, test } from '@jest/globals';
import { plaintextFindings } from '../../../../../src/definitions/connector/rules/plaintext.ts';
import { ruleFindings } from '../../../../../src/definitions/connector/rules/rules.ts';

const API = 'https://wiki.example.com/api';

/** The findings about a source, as `path: message`, without those about the rest of the connector. */
function findings(source: Readonly<Record<string, unknown>>, deletePolicy = 'auto_delete_missing'): string[] {
  const connector = { spec: { source: { type: 'http', ...source }, reconciliation: { deletePolicy } } };
  return ruleFindings(connector)
    .filter(({ path, code }) => path.startsWith('spec.source') || code === 'delta_deletes')
    .map(({ path, message }) => `${path.replace('spec.', '')}: ${message}`);
}

const PARENTS = { url: `${API}/spaces/{{ parent.key }}/pages`, parents: { url: `${API}/spaces` } };
const DETAIL = { url: `${API}/pages`, detail: { url: `${API}/pages/{{ record.id }}` } };

describe('the rules about a listing for each parent', () => {
  test.each<[string, Readonly<Record<string, unknown>>]>([
    ['the URL', PARENTS],
    ['the payload', { ...PARENTS, url: API, method: 'POST', payload: { q: ['in {{ parent.key }}'] } }],
    ['a header', { ...PARENTS, url: API, headers: { 'X-Space': '{{ parent.key }}' } }],
    [
      'the URL, beside a placeholder',
      {
        ...PARENTS,
        headers: { 'X-Key': 'a {{API_KEY}}' },
        secretRef: 'kb',
        auth: { type: 'placeholder', placeholder: '{{API_KEY}}' },
      },
    ],
  ])('accept a template in %s', (_, source) => {
    expect(findings(source)).toEqual([]);
  });

  test.each<[string, Readonly<Record<string, unknown>>, RegExp]>([
    ['a template without parents', { url: PARENTS.url }, /^source\.url: .*`parents` is missing/],
    [
      'a request that is the same for all parents',
      { ...PARENTS, url: API },
      /^source\.url: The same listing/,
    ],
    [
      'another variable',
      { ...PARENTS, url: `${API}/{{ space.key }}/{{ parent.key }}` },
      /names space, .* is parent/,
    ],
    [
      'a template that is not valid',
      { ...PARENTS, url: `${API}/{{ parent.key | nope }}` },
      /^source\.url: .*nope/,
    ],
    [
      'a filter that encodes twice',
      { ...PARENTS, url: `${API}/{{ parent.key | url_encode }}` },
      /url_encode/,
    ],
    ['a filter that does not encode', { ...PARENTS, url: `${API}/{{ parent.key | raw }}` }, /raw/],
    [
      'a template in the host',
      { ...PARENTS, url: 'https://a.{{ parent.key }}/' },
      /^source\.url: .*which server/,
    ],
    ['a template behind the host', { ...PARENTS, url: 'https://a.example{{ parent.key }}' }, /which server/],
    [
      'a template in the URL of the parents',
      { ...PARENTS, parents: { url: `${API}/{{ parent.id }}` } },
      /^source\.parents\.url: /,
    ],
    [
      'a key that does not fit the pagination of the parents',
      { ...PARENTS, parents: { ...PARENTS.parents, pagination: { type: 'page', cursorField: 'x' } } },
      /^source\.parents\.pagination\.cursorField: /,
    ],
    [
      'a listing that is to be resumed',
      { ...PARENTS, resumable: true, pagination: { type: 'link_header' } },
      /^source\.resumable: .* cannot be resumed/,
    ],
    [
      'a status that says nothing about a parent',
      { ...PARENTS, parents: { ...PARENTS.parents, missingStatuses: [404, 429] } },
      /^source\.parents\.missingStatuses: The status 429 /,
    ],
    [
      'deletes when only changed parents are listed',
      { ...PARENTS, parents: { url: `${API}/spaces?q=:watermark` }, watermarkField: 'at' },
      /^reconciliation\.deletePolicy: .*source\.parents\.url/,
    ],
    [
      'deletes when parents are listed since a time',
      { ...PARENTS, parents: { url: `${API}/spaces`, payload: { updated_after: '2024-01-01' } } },
      /^reconciliation\.deletePolicy: .*updated_after/,
    ],
  ])('refuse %s', (_, source, message) => {
    expect(findings(source)).toContainEqual(expect.stringMatching(message));
  });
});

describe('the rules about a detail request', () => {
  test('accept a template in its URL, and text in a field', () => {
    expect(findings(DETAIL)).toEqual([]);
    expect(findings({ ...DETAIL, detail: { ...DETAIL.detail, format: 'text', into: 'body' } })).toEqual([]);
  });

  test.each<[string, Readonly<Record<string, unknown>>, RegExp]>([
    [
      'a URL that is the same for all records',
      { url: `${API}/pages/1` },
      /^source\.detail\.url: The same detail/,
    ],
    ['another variable', { url: `${API}/pages/{{ parent.id }}` }, /names parent, .* is record/],
    ['a template in the host', { url: 'https://{{ record.host }}/' }, /which server/],
    [
      ':watermark',
      { url: `${API}/pages/{{ record.id }}?since=:watermark` },
      /^source\.detail\.url: :watermark/,
    ],
    ['text without a field for it', { ...DETAIL.detail, format: 'text' }, /^source\.detail\.into: /],
    [
      'text with a path',
      { ...DETAIL.detail, format: 'text', into: 'b', recordPath: 'a' },
      /^source\.detail\.recordPath: /,
    ],
    [
      'a status that says nothing about a record',
      { ...DETAIL.detail, missingStatuses: [401] },
      /^source\.detail\.missingStatuses: /,
    ],
  ])('refuse %s', (_, detail, message) => {
    expect(findings({ ...DETAIL, detail })).toContainEqual(expect.stringMatching(message));
  });
});

describe('the rule about unencrypted http', () => {
  test.each(['parents', 'detail'])('applies to the URL of %s', (key) => {
    const source = {
      type: 'http',
      url: `${API}/{{ parent.id }}`,
      secretRef: 'kb',
      [key]: { url: 'http://wiki.example.com/x' },
    };
    const found = plaintextFindings({ spec: { source } }, () => false);
    expect(found.map(({ path }) => path)).toEqual([`spec.source.${key}.url`]);
  });
});
