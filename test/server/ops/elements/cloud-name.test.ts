import { describe, expect, test } from '@jest/globals';
import { consoleLink } from '../../../../src/server/ops/elements/cloud-name.tsx';

const CONSOLE = 'https://console.cloud.google.com';
const STORE = 'projects/p-1/locations/eu/dataStores/people';
const PAGE = `${CONSOLE}/gen-app-builder/locations/eu/collections/default_collection/data-stores/people/data`;

describe('the link of a name into the console of Google', () => {
  test.each([
    ['gs://acme', `${CONSOLE}/storage/browser/acme`],
    ['gs://acme/connectors/hr/', `${CONSOLE}/storage/browser/acme/connectors/hr`],
    ['gs://acme/a b/manifest.json', `${CONSOLE}/storage/browser/_details/acme/a%20b/manifest.json`],
    [STORE, `${PAGE}/documents?project=p-1`],
    [`${STORE}#CONTENT_REQUIRED`, `${PAGE}/documents?project=p-1`],
    [`${STORE}/branches/0/operations/import-7`, `${PAGE}/activity?project=p-1`],
    [
      'projects/p-1/locations/eu/collections/default_collection/dataStores/people/branches/0/operations/import-7',
      `${PAGE}/activity?project=p-1`,
    ],
    ['projects/p?q=1/locations/eu/dataStores/people', `${PAGE}/documents?project=p%3Fq%3D1`],
  ])('of %s is %s', (name, link) => {
    expect(consoleLink(name)).toBe(link);
  });

  test.each(['file:///bucket/a', 'local', 'local#CONTENT_REQUIRED', 'javascript:gs://acme', ''])(
    'is not there for %j, which Google does not keep',
    (name) => {
      expect(consoleLink(name)).toBeUndefined();
    },
  );
});
