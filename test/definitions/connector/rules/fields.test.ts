import { describe, expect, test } from '@jest/globals';
import { ruleFindings } from '../../../../src/definitions/connector/rules/rules.ts';
import { connectorSpec } from '../../../support/pipeline/connector-spec.ts';

const findings = (mapping: Parameters<typeof connectorSpec>[0] & object) =>
  ruleFindings({ spec: connectorSpec(mapping) }).map(({ status, code }) => [status, code]);

describe('ruleFindings', () => {
  test('allows metadata of the names of a document, because metadata is nested', () => {
    const query = 'SELECT id, name, title, uri, op FROM employees';
    const spec = connectorSpec({ mapping: { metadataFields: ['title', 'uri', 'op'] } });
    expect(ruleFindings({ spec: { ...spec, source: { ...spec.source, query } } })).toEqual([]);
  });

  test.each([
    ['wiki.example.com/{{ id }}'],
    ['javascript:open({{ id }})'],
    ['https:// wiki/{{ id }}'],
    ['data:text/html,{% if id %}{{ id }}{% endif %}'],
  ])('warns that no link is made by %j', (uriTemplate) => {
    expect(findings({ mapping: { uriTemplate } })).toEqual([['warn', 'uri_invalid']]);
  });

  test.each([
    ['https://w.example/{{ id }}'],
    ['{{ name }}'],
    ['{{ name }}/{{ id }}'],
    ['https://{{ name }}.example.com/'],
    ['/docs/{{ id }}'],
    ['{% if name %}{{ name }}{% endif %}'],
    ['mailto:{{ id }}'],
  ])('is silent about the link %j', (uriTemplate) => {
    expect(findings({ mapping: { uriTemplate } })).toEqual([]);
  });

  test.each([
    ['{{ name.first }}{{ nmae }}', [[undefined, 'field_not_selected']]],
    ['{% if nmae %}x{% endif %}{{ id }}', [[undefined, 'field_not_selected']]],
    ['{{ nmae | default: id }}', [[undefined, 'field_not_selected']]],
    // Nothing tells before a run what is inside a field.
    ['{{ name.frist }}', []],
    ['{% if name.frist %}x{% endif %}{{ id }}', []],
  ])(
    'knows the columns that %j names, wherever they are named, and not what is inside them',
    (contentTemplate, found) => {
      expect(findings({ mapping: { contentTemplate } })).toEqual(found);
    },
  );
});
