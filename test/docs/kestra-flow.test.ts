import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { EXIT, EXIT_MEANINGS, EXIT_NAMES, type Reaction } from '../../src/core/exit-status.ts';

const KESTRA = join(import.meta.dirname, '..', '..', 'kestra');
const flow = readFileSync(join(KESTRA, 'flows', 'run_connector.yaml'), 'utf8');

const statusesWith = (...reactions: readonly Reaction[]) =>
  EXIT_NAMES.filter((name) => reactions.includes(EXIT_MEANINGS[name].reaction)).map((name) => EXIT[name]);

describe('the Kestra flow reacts to exit statuses as their table says', () => {
  test('It retries those that ask for a retry or were stopped by a signal, and no others', () => {
    const [, patterns = ''] = /^ +([\d |]+)\) exit "\$status" ;;$/m.exec(flow) ?? [];
    expect(patterns.split(' | ').map(Number)).toEqual(statusesWith('retry', 'run again if needed'));
  });

  test('It ends as a warning for those that ask for a person or a warning, and no others', () => {
    const [, condition = ''] = /condition: "\{\{ (.*exit_status == .*) \}\}"/.exec(flow) ?? [];
    const statuses = [...condition.matchAll(/exit_status == (\d+)/g)].map(([, status]) => Number(status));
    expect(statuses).toEqual(statusesWith('ask a person', 'warn'));
  });

  test('Its page names the same statuses', () => {
    const page = readFileSync(join(KESTRA, 'README.md'), 'utf8');
    const [part = ''] = /- \*\*Exit statuses\.\*\*[^]*?(?=\n- \*\*)/.exec(page) ?? [];
    const named = [...part.matchAll(/\b\d+\b/g)].map(([status]) => Number(status));
    expect(named).toEqual([...statusesWith('retry'), ...statusesWith('ask a person', 'warn')]);
  });
});
