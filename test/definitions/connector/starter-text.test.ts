import { describe, expect, test } from '@jest/globals';
import { connectorKind } from '../../../src/definitions/connector/kind.ts';
import type { ConnectorSpec } from '../../../src/definitions/connector/types.ts';
import { checkTextOf } from '../../../src/definitions/files/check-file.ts';
import { formOf } from '../../../src/definitions/connector/form/form-of.ts';
import { SOURCE_TYPES, starterText } from '../../../src/definitions/connector/starter-text.ts';
import { readYaml } from '../../../src/definitions/yaml/yaml.ts';

const MODES = [
  'sql_pull',
  'rest_pull',
  'file_pull',
  'rest_push',
] as const satisfies readonly ConnectorSpec['mode'][];
const CHOICES = MODES.flatMap((mode) => SOURCE_TYPES[mode].map((type) => ({ mode, type })));

function fieldOf(text: string, path: string) {
  return formOf(text, [])
    ?.sections.flatMap(({ fields }) => fields)
    .find((field) => field.path === path);
}

describe('starterText', () => {
  test.each(CHOICES)('has no problem but its empty fields for $mode and $type', async (choice) => {
    const text = starterText({ ...choice, name: 'my-connector' });
    const { problems } = await checkTextOf('c.yaml', text, () => ({ kind: connectorKind }), {});
    const empty = problems.filter(({ subject }) => fieldOf(text, subject)?.value === '');
    expect(problems.length).toBeGreaterThan(4);
    expect(problems).toEqual(empty);
  });

  test.each(CHOICES)(
    'is a valid connector for $mode and $type once its fields are filled in',
    async (choice) => {
      const values = {
        query: 'SELECT a, b FROM t',
        url: 'https://kb.example.com/api',
        bucket: 'gs://a-bucket',
        projectId: 'my-project',
      };
      const filled = starterText({ ...choice, name: 'my-connector' }).replaceAll(
        /^( +)(\w+):$/gm,
        (line: string, indent: string, key: string) =>
          ['metadata', 'source', 'mapping', 'output', 'gemini', 'reconciliation'].includes(key)
            ? line
            : `${indent}${key}: ${{ ...values, path: 'files' }[key] ?? (key.includes('Field') ? 'a' : key === 'contentTemplate' ? '"{{ b }}"' : 'my-value')}`,
      );
      const { problems } = await checkTextOf('c.yaml', filled, () => ({ kind: connectorKind }), {});
      expect(problems).toEqual([]);
    },
  );

  test.each(MODES)('offers the kinds of source that the schema allows for %s', (mode) => {
    expect(fieldOf(`spec:\n  mode: ${mode}\n`, 'spec.source.type')?.options).toEqual(SOURCE_TYPES[mode]);
  });

  test.each(['a: b', '../x', '{{7*7}}', '<img onerror=x>', 'x\ny: z', '!!js/function'])(
    'writes the name %j as a string',
    (name) => {
      expect(readYaml(starterText({ mode: 'sql_pull', type: 'postgres', name })).value).toMatchObject({
        metadata: { name },
        spec: { output: { prefix: name } },
      });
    },
  );

  test('replaces an unknown kind of source', () => {
    expect(starterText({ mode: 'sql_pull', type: 'x\n  evil: true' })).toBe(
      starterText({ mode: 'sql_pull', type: 'postgres' }),
    );
  });
});
