import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { AUDIT_ACTIONS } from '../../src/core/access/audit-log.ts';

describe('docs/studio.md', () => {
  test('names every action of the audit log', () => {
    const text = readFileSync('docs/studio.md', 'utf8');
    expect(AUDIT_ACTIONS.filter((action) => !text.includes(`\`${action}\``))).toEqual([]);
  });
});

describe('docs/serve.md', () => {
  test('lists each variable of the environment once', () => {
    const text = readFileSync('docs/serve.md', 'utf8');
    const [, table = ''] = text.split('\n## Environment\n');
    const names = [...table.matchAll(/^\| (`[A-Z_`, ]+`)/gm)].flatMap(([, cell = '']) => cell.split(', '));
    expect(names.length).toBeGreaterThan(20);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });
});
