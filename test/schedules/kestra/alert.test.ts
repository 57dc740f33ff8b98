import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { objectsIn, textAt } from '../../support/kestra/fields.ts';
import { repositoryFlow } from '../../support/kestra/flow.ts';
import { tasksOfType } from '../../support/kestra/tasks.ts';

describe('the flow alert', () => {
  const flow = repositoryFlow('alert.yaml');

  test('is started once for each failure or warning of a generated flow', () => {
    expect(objectsIn(flow.fields['triggers'])).toEqual([
      expect.objectContaining({
        type: 'io.kestra.plugin.core.trigger.Flow',
        states: ['FAILED', 'WARNING', 'KILLED', 'CANCELLED'],
        when: "{{ flow.namespace == 'gemini.sync.connectors' }}",
      }),
    ]);
  });

  test('reads only outputs that every generated flow has', () => {
    const read = [...flow.text.matchAll(/trigger\.outputs\.(\w+)/g)].map(([, id]) => id);
    const generated = repositoryFlow(join('connectors', 'hr-employees.yaml'));
    const has = objectsIn(generated.fields['outputs']).map(({ id }) => id);
    expect(read.length).toBeGreaterThan(0);
    expect(has).toEqual(expect.arrayContaining(read));
  });

  test('posts JSON, whatever the expressions evaluate to', () => {
    const [post = {}] = tasksOfType(flow, 'Request');
    const body = textAt(post, 'body').replaceAll(/\{\{.*?\| toJson \}\}/g, JSON.stringify('a "b"\n'));
    expect(JSON.parse(body)).toMatchObject({ type: 'message' });
  });
});
