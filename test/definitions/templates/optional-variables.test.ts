import { describe, expect, test } from '@jest/globals';
import { optionalFields } from '../../../src/definitions/connector/mapped-fields.ts';
import { compileTemplate } from '../../../src/definitions/templates/templates.ts';
import { connectorSpec } from '../../support/pipeline/connector-spec.ts';

describe('a field that is not there', () => {
  test.each([
    ['{% if notes %}{{ notes }}{% endif %}', ''],
    ['{% if notes %}a{% elsif other %}b{% else %}c{% endif %}', 'c'],
    ['{% unless notes %}none{% endunless %}', 'none'],
    ['{% if notes == "x" and other %}a{% endif %}', ''],
    ['{{ notes | default: "-" }}', '-'],
    ['{{ fields.Notes | default: "" }}', ''],
    ['{% if fields.Notes %}{{ fields.Notes }}{% endif %}', ''],
    ['{% if fields.Notes.deep.er %}x{% endif %}', ''],
    ['{% assign t = notes | default: "d" %}{{ t }}', 'd'],
    ['{% case notes %}{% when "a" %}a{% else %}other{% endcase %}', 'other'],
  ])('is nothing where %j asks for it', (source, expected) => {
    expect(compileTemplate(source).render({ fields: {} })).toBe(expected);
  });

  test.each([
    ['{{ notes }}', 'notes'],
    ['{{ fields.Notes }}', 'fields.Notes'],
    ['{% assign t = notes %}{{ t }}', 'notes'],
    ['{% for note in notes %}{% endfor %}', 'notes'],
    ['{{ fields.Notes | upcase }}', 'fields.Notes'],
    ['{% unless notes %}{{ notes }}{% endunless %}', 'notes'],
  ])('is missing in %j', (source, field) => {
    expect(() => compileTemplate(source).render({ fields: {} })).toThrow(
      expect.objectContaining({
        code: 'TEMPLATE_VARIABLE_MISSING',
        reason: `this row has no field ${JSON.stringify(field)}`,
      }),
    );
  });
});

describe('the optional variables of a template', () => {
  test('are those that conditions and default ask for, however deep', () => {
    const source =
      '{% if a and b.c %}{{ a }}{{ d }}{% for e in f %}{% unless g %}{{ h | default: "x" }}{% endunless %}{% endfor %}{% endif %}';
    expect([...compileTemplate(source).optional].sort()).toEqual(['a', 'b', 'g', 'h']);
  });

  test('are optional fields of a connector unless something else names them', () => {
    const spec = connectorSpec({
      mapping: {
        titleField: 'title',
        contentTemplate: '{% if a %}{{ a }}{% endif %}{% if title %}x{% endif %}{{ b | default: "" }}',
        uriTemplate: 'https://w.example/{{ b }}',
      },
    });
    expect([...optionalFields(spec)]).toEqual(['a']);
  });
});
