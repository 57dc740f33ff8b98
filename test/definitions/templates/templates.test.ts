import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  compileTemplate,
  TemplateSyntaxError,
  type TemplatePart,
} from '../../../src/definitions/templates/templates.ts';

const thrownBy = (action: () => unknown): unknown => {
  try {
    action();
  } catch (thrown) {
    return thrown;
  }
  return undefined;
};

function join(parts: readonly TemplatePart[], scope: Readonly<Record<string, string | null>>): string {
  return parts.map((part) => ('text' in part ? part.text : (scope[part.field] ?? ''))).join('');
}

describe('compileTemplate', () => {
  test('lists what a template reads from the row, and not what it sets itself', () => {
    const source =
      '{% assign z = q %}{{ z }}{% for tag in tags %}{{ tag }}{{ sep }}{% endfor %}{{ a.b | append: c }}{{ a }}';
    expect([...compileTemplate(source).variables].sort()).toEqual(['a', 'c', 'q', 'sep', 'tags']);
  });

  test('renders null as nothing and refuses a variable that is not there', () => {
    const template = compileTemplate('[{{ a }}]');
    expect(template.render({ a: null })).toBe('[]');
    expect(() => template.render({})).toThrow('undefined variable: a');
    expect(() => template.render(Object.create({ a: 'inherited' }) as Record<string, unknown>)).toThrow(
      'undefined',
    );
  });

  test.each(['constructor', '__proto__', 'toString', 'hasOwnProperty'])(
    'cannot reach properties of %s',
    (name) => {
      expect(() => compileTemplate(`{{ ${name} }}`).render({})).toThrow('undefined variable');
      expect(() => compileTemplate(`{{ a.${name} }}`).render({ a: {} })).toThrow('undefined variable');
    },
  );

  test.each([
    ['a {{ b', 1, 3],
    ['a\n  {{ ) }}', 2, 6],
    ['{{ b | nofilter }}', 1, 1],
    ['{% for %}', 1, 1],
    ['{% if a %}', 1, 1],
    ['{% nonsense %}', 1, 1],
    ['{{ "x" | sample }}', 1, 1],
  ])('says where %j is wrong', (source, line, column) => {
    const thrown = thrownBy(() => compileTemplate(source));
    expect(thrown).toBeInstanceOf(TemplateSyntaxError);
    expect(thrown).toMatchObject({ line, column, message: expect.not.stringContaining('line:') });
  });

  test.each([
    "{% include 'package.json' %}",
    "{% render 'package.json' %}",
    "{% layout 'package.json' %}",
    '{% include name %}',
    "{% liquid\n include 'package.json' %}",
    "{% if a %}{% render 'package.json' %}{% endif %}",
    '{% block a %}{% endblock %}',
  ])('refuses to read files: %j', (source) => {
    expect(() => compileTemplate(source)).toThrow('cannot read other files');
  });

  test.each(['date: "%Y"', 'date_to_xmlschema', 'date_to_string'])('refuses the clock in %s', (filter) => {
    expect(() => compileTemplate(`{{ "now" | ${filter} }}`).render({})).toThrow('every run');
    expect(() => compileTemplate(`{{ a | ${filter} }}`).render({ a: 'today' })).toThrow('every run');
  });

  test('formats a date the same in every time zone', () => {
    const template = compileTemplate('{{ a | date: "%Y-%m-%d %H:%M" }}');
    expect(template.render({ a: '2024-01-02T23:30:00Z' })).toBe('2024-01-02 23:30');
  });

  test('refuses a loop that would take all memory', () => {
    const loop = compileTemplate('{% for i in (1..1000000000) %}x{% endfor %}');
    expect(() => loop.render({})).toThrow('memory alloc limit exceeded');
  });

  test('refuses a template that is too long', () => {
    expect(() => compileTemplate('x'.repeat(100_001))).toThrow('100001 characters, more than 100000');
  });
});

describe('plain templates', () => {
  test('are cut into texts and fields', () => {
    expect(compileTemplate('Hi {{ first }}{{last}}!').plain).toEqual([
      { text: 'Hi ' },
      { field: 'first' },
      { field: 'last' },
      { text: '!' },
    ]);
    expect(compileTemplate('').plain).toEqual([]);
  });

  test.each([
    '{{- a }}',
    '{{ a -}}',
    '{{ a | upcase }}',
    '{{ a.b }}',
    '{{ a b }}',
    '{{ "a" }}',
    '{{ nil }}',
    '{{ true }}',
    '{{ empty }}',
    '{{ a }}{{ blank }}',
    '{% raw %}{{ a }}{% endraw %}',
    '{% comment %}{{ a }}{% endcomment %}',
    '{{ a }}{% # note %}',
  ])('do not include %j', (source) => {
    expect(compileTemplate(source).plain).toBeUndefined();
  });

  test('joined with their values are what Liquid renders', () => {
    const name = fc.constantFrom(
      'a',
      'b_1',
      'size',
      'first',
      'constructor',
      'forloop',
      'block',
      'nil',
      'empty',
      'Ab',
    );
    const piece = fc.oneof(
      name.map((field) => `{{ ${field} }}`),
      name.map((field) => `{{${field}\n}}`),
      fc.constantFrom(
        '{',
        '}',
        '}}',
        '{{',
        '{%',
        '%}',
        '-',
        '{{-',
        '-}}',
        '|',
        '\n',
        ' ',
        'é',
        '"',
        "'",
        '\\',
        '{{ a.b }}',
      ),
      fc.string({ maxLength: 5 }),
    );
    const value = fc.oneof(
      fc.string(),
      fc.constantFrom('{{ a }}', '{% raw %}', '<&>', '\u0000'),
      fc.constant(null),
    );
    let joined = 0;
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 6 }),
        fc.array(value, { minLength: 10, maxLength: 10 }),
        (pieces, values) => {
          const template =
            thrownBy(() => compileTemplate(pieces.join(''))) === undefined &&
            compileTemplate(pieces.join(''));
          if (template === false || template.plain === undefined) return;
          const scope = Object.fromEntries(
            template.variables.map((field, index) => [field, values[index] ?? null]),
          );
          expect(join(template.plain, scope)).toBe(template.render(scope));
          joined += 1;
        },
      ),
      { numRuns: 1_000 },
    );
    expect(joined).toBeGreaterThan(100);
  });
});
