import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { RenderBudget } from '../../../src/definitions/templates/render-budget.ts';
import { compileTemplate } from '../../../src/definitions/templates/templates.ts';
import { ByteWriter } from '../../../src/pipeline/bytes/byte-writer.ts';
import type { Column } from '../../../src/pipeline/ports/ports.ts';
import { RowCursor } from '../../../src/pipeline/document/row-cursor.ts';
import { templateWriter, type Template } from '../../../src/pipeline/mapping/template-writer.ts';
import { text } from '../../support/pipeline/arbitrary.ts';
import { template } from '../../support/pipeline/mapping.ts';
import { batchOf, type WireValue } from '../../support/pipeline/rows-source.ts';

type Field = Omit<Column, 'name'> & { readonly value: WireValue };

function write(compiled: Template, fields: Readonly<Record<string, Field>>) {
  const columns = Object.entries(fields).map(([name, { kind, element }]): Column => ({
    name,
    kind,
    ...(element === undefined ? {} : { element }),
  }));
  const row = new RowCursor(columns.length);
  row.load(batchOf(columns, [Object.values(fields).map(({ value }) => value)]), 0);
  const columnOf = (name: string) => columns.findIndex((column) => column.name === name);
  const out = new ByteWriter(4);
  const failure = templateWriter(compiled, columns, columnOf)(row, out);
  return failure ?? out.bytes.toString('utf8', 0, out.length);
}

const field = (value: WireValue, kind: Column['kind'] = 'text', element?: Column['element']): Field => ({
  value,
  kind,
  ...(element === undefined ? {} : { element }),
});

/** What a template is given to render from. */
function scopeOf(fields: Readonly<Record<string, Field>>): unknown {
  let seen: unknown;
  const names = Object.keys(fields);
  write(
    {
      variables: names,
      plain: undefined,
      render: (scope) => {
        seen = scope;
        return '';
      },
    },
    fields,
  );
  return seen;
}

describe('a plain template', () => {
  it('is written literally, with its fields as text', () => {
    const fields = {
      name: field('Zoë "Z"'),
      on: field('t', 'boolean'),
      at: field('2024-01-02 03:04:05+00', 'timestamptz'),
    };
    expect(write(template('{{ name }}: {{ on }}, {{at}}!'), fields)).toBe(
      'Zoë "Z": true, 2024-01-02T03:04:05Z!',
    );
    expect(write(template('no field'), fields)).toBe('no field');
    expect(write(template(''), fields)).toBe('');
  });

  it('has nothing in place of NULL and of an empty text, and fails for a field that is not there', () => {
    expect(write(template('[{{ a }}]'), { a: field(null) })).toBe('[]');
    expect(write(template('[{{ a }}]'), { a: field('') })).toBe('[]');
    expect(write(template('[{{ a }}]'), { a: field(undefined) })).toEqual({
      code: 'TEMPLATE_VARIABLE_MISSING',
      reason: 'this row has no field "a"',
    });
  });

  it('says the same as the engine does', () => {
    const value = fc.option(text);
    fc.assert(
      fc.property(value, value, text, (a, b, between) => {
        const plain = between.replace(/[{}]/g, '');
        const fields = { a: field(a), b: field(b, 'date') };
        const [fast, slow] = [false, true].map((engine) =>
          template(`{{ a }}${plain}{{ b }}{{ a }}`, { engine }),
        );
        expect(write(fast!, fields)).toBe(write(slow!, fields));
      }),
    );
  });
});

describe('a plain template of JSON', () => {
  const scalars = fc.oneof(
    fc.jsonValue({ maxDepth: 0 }).map((value) => JSON.stringify(value)),
    text.map((value) => JSON.stringify(value).replaceAll('/', '\\/')),
    text.map((value) => `"${Array.from(value, escaped).join('')}"`),
    fc.constantFrom(
      '-0',
      '1.50',
      '1e3',
      '12345678901234567890',
      '0.1E+7',
      'true',
      'null',
      ' 7',
      '7 ',
      ' "a" ',
      '"a" ',
    ),
    fc.jsonValue({ maxDepth: 2 }).map((value) => JSON.stringify(value, null, 1)),
  );
  const escaped = (one: string) =>
    Array.from(
      { length: one.length },
      (_, at) => `\\u${one.charCodeAt(at).toString(16).padStart(4, '0')}`,
    ).join('');

  it('says the same as the engine does, whatever is in it', () => {
    fc.assert(
      fc.property(fc.option(scalars), fc.option(scalars), fc.option(text), (a, b, c) => {
        const fields = { a: field(a, 'json'), b: field(b, 'json'), c: field(c) };
        const [fast, slow] = [false, true].map((engine) =>
          template('{{ a }}-{{ b }}{{ c }}{{ a }}', { engine }),
        );
        expect(write(fast!, fields)).toStrictEqual(write(slow!, fields));
      }),
      { numRuns: 1_000 },
    );
  });

  it('leaves to the engine what is a list or an object', () => {
    expect(write(template('{{ a }}'), { a: field('[1, ["b"]]', 'json') })).toBe('1b');
    expect(write(template('{{ a }}'), { a: field('{"b": 1}', 'json') })).toBe(
      write(template('{{ a }}', { engine: true }), { a: field('{"b": 1}', 'json') }),
    );
  });

  it('fails for a field that is not there', () => {
    expect(write(template('{{ a }}{{ b }}'), { a: field('1', 'json'), b: field(undefined, 'json') })).toEqual(
      {
        code: 'TEMPLATE_VARIABLE_MISSING',
        reason: 'this row has no field "b"',
      },
    );
  });
});

describe('an object in a template', () => {
  const nested = '{"b": {"c": [1, "x"]}, "d": 1.50}';
  const compact = '{"b":{"c":[1,"x"]},"d":"1.50"}';

  it.each([
    ['{{ a }}', compact],
    ['{{ a | json }}', compact],
    ['{{ a | append: "!" }}', `${compact}!`],
    ['{{ a.b }}', '{"c":[1,"x"]}'],
    ['{{ a.b.c }}', '1x'],
    ['{% if a %}{{ a }}{% endif %}', compact],
    ['{{ a.toString }}', { code: 'TEMPLATE_VARIABLE_MISSING', reason: 'this row has no field "a.toString"' }],
  ])('is its JSON in %j', (source, expected) => {
    expect(write(template(source), { a: field(nested, 'json') })).toEqual(expected);
  });

  it.each([
    ['[{"a": 1}, {"b": null}]', '{"a":1}{"b":null}'],
    ['["x", ["y", 2], {}]', 'xy2{}'],
  ])('in the list %j is its JSON after the items before', (list, expected) => {
    expect(write(template('{{ a }}'), { a: field(list, 'json') })).toBe(expected);
  });

  it('is JSON in a list of a database and when joined', () => {
    const list = { a: field('{"{\\"b\\": 1}"}', 'array', 'json') };
    expect(write(template('{{ a }}'), list)).toBe('{"b":1}');
    expect(write(template('{{ a | join: ", " }}'), { a: field('[{"b": 1}, 2]', 'json') })).toBe('{"b":1}, 2');
  });

  it('may nest deeper than a call stack', () => {
    const deep = `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`;
    expect(write(template('{{ a.a.b | default: "none" }}'), { a: field(deep, 'json') })).toBe('none');
    expect(write(template('{{ a }}'), { a: field(deep, 'json') })).toMatchObject({ code: 'TEMPLATE_FAILED' });
  });
});

describe('a field that is not there', () => {
  it('is nothing in a condition and with default, and missing elsewhere', () => {
    const fields = { notes: field(undefined, 'json'), a: field('"x"', 'json') };
    expect(write(template('{{ a }}{% if notes %} {{ notes }}{% endif %}'), fields)).toBe('x');
    expect(write(template('{{ notes | default: "-" }}'), fields)).toBe('-');
    expect(write(template('{% if a %}{{ notes }}{% endif %}'), fields)).toEqual({
      code: 'TEMPLATE_VARIABLE_MISSING',
      reason: 'this row has no field "notes"',
    });
    expect(write(template('{{ a.b }}'), { a: field('{}', 'json') })).toEqual({
      code: 'TEMPLATE_VARIABLE_MISSING',
      reason: 'this row has no field "a.b"',
    });
  });
});

describe('a template for the engine', () => {
  it('gets each field as the value that it is', () => {
    expect(
      scopeOf({
        nothing: field(null),
        text: field('a'),
        yes: field('t', 'boolean'),
        no: field('f', 'boolean'),
        count: field('42', 'integer'),
        big: field('9007199254740993', 'integer'),
        price: field('1.10', 'decimal'),
        at: field('2024-01-02 03:04:05+00', 'timestamptz'),
        json: field('{"a": [1, "b"]}', 'json'),
        list: field('{1,NULL,{2}}', 'array', 'integer'),
        words: field('{a,NULL}', 'array'),
      }),
    ).toEqual({
      nothing: null,
      text: 'a',
      yes: true,
      no: false,
      count: 42,
      big: '9007199254740993',
      price: '1.10',
      at: '2024-01-02T03:04:05Z',
      json: { a: [1, 'b'] },
      list: [1, null, [2]],
      words: ['a', null],
    });
  });

  it('is what a plain template becomes when a field of it has a structure', () => {
    expect(
      write(template('{{ a }}/{{ b.c }}'), {
        a: field('9007199254740993', 'json'),
        b: field('{"c":1.50}', 'json'),
      }),
    ).toBe('9007199254740993/1.50');
    expect(write(template('{{ a }}!'), { a: field('"b \\"c\\""', 'json') })).toBe('b "c"!');
    expect(write(template('{{ a }}!'), { a: field('{x,"y z"}', 'array', 'text') })).toBe('xy z!');
    expect(write(template('{{ a.b }}'), { a: field('{"b":1}', 'json') })).toBe('1');
    expect(write(template('{{ a | join: ", " }}'), { a: field('{x,y}', 'array', 'text') })).toBe('x, y');
  });

  it('fails for a field that is not there, and when the engine does', () => {
    const engine = template('{{ a }}', { engine: true });
    expect(write(engine, { a: field(undefined) })).toMatchObject({ code: 'TEMPLATE_VARIABLE_MISSING' });
    const throwing = (thrown: unknown): Template => ({
      ...engine,
      render: () => {
        throw thrown;
      },
    });
    expect(write(throwing(new Error('bad filter')), { a: field('x') })).toEqual({
      code: 'TEMPLATE_FAILED',
      reason: 'bad filter',
    });
    expect(write(throwing('bad text'), { a: field('x') })).toEqual({
      code: 'TEMPLATE_FAILED',
      reason: 'bad text',
    });
  });

  it('throws when its rows together have taken too long, because that is about all rows', () => {
    const budget = new RenderBudget({ rowMs: 1_000, countedFromMs: 0, totalMs: -1 });
    const slow = compileTemplate('{{ a | upcase }}', budget);
    expect(() => write(slow, { a: field('x') })).toThrow(
      expect.objectContaining({ code: 'TEMPLATE_TOO_SLOW' }),
    );
  });
});
