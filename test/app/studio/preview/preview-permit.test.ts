import { describe, expect, test } from '@jest/globals';
import { previewPermit } from '../../../../src/app/studio/preview-process/preview-permit.ts';

const api = { host: 'api.example.com', port: 443 };
const other = { host: '169.254.169.254', port: 80 };
const EVERYTHING = { server: () => undefined, inClear: () => false, folder: () => undefined };

describe('previewPermit', () => {
  const permit = previewPermit({ servers: [api], bindings: { token: [api] }, fileRoots: [] }, EVERYTHING);

  test('allows the servers of the draft with the secrets that are bound to them', () => {
    expect(() => {
      permit.server(api, []);
      permit.server({ ...api, host: 'API.example.com.' }, ['token']);
    }).not.toThrow();
  });

  test.each([
    ['a server that the draft does not name, which a proxy would reach', other, [], 'PREVIEW_REFUSED'],
    ['another port', { ...api, port: 22 }, [], 'PREVIEW_REFUSED'],
    ['a secret that is not bound', api, ['other'], 'PREVIEW_SECRET_REFUSED'],
  ])('refuses %s', (_, server, refs, code) => {
    expect(() => {
      permit.server(server, refs);
    }).toThrow(expect.objectContaining({ code }));
  });
});
