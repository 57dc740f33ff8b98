import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { localPath } from '../../../../src/server/access/login/local-path.ts';

describe('a path to return to', () => {
  test.each(['/ops', '/ops/runs/20261121T161855Z-6e5907ac', '/ops?status=FAILED&q=a%20b', '/'])(
    'stays as it is: %s',
    (path) => {
      expect(localPath(path)).toBe(path);
    },
  );

  test('is never one that a browser takes for another server', () => {
    const part = fc.constantFrom(
      '/',
      '\\',
      '.',
      '..',
      ':',
      '@',
      '\t',
      '\n',
      '%2f',
      '%5c',
      'evil.example',
      'https:',
      '?',
      '#',
      ' ',
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
        const path = localPath(`/${parts.join('')}`);
        if (path === undefined) return;
        expect(new URL(path, 'https://bridge.example').host).toBe('bridge.example');
        expect(path).toMatch(/^\/(?![/\\])[^\\\s]*$/);
      }),
      { numRuns: 1_000 },
    );
  });
});
