import { describe, expect, test } from '@jest/globals';
import { TemplateFailure } from '../../../src/definitions/templates/template-failure.ts';
import { compileUriTemplate } from '../../../src/definitions/templates/templates.ts';

const uri = (source: string, scope: Readonly<Record<string, unknown>>) =>
  compileUriTemplate(source).render(scope);

describe('a value in a link', () => {
  test.each([
    ['Q1 #2.md', 'Q1%20%232.md'],
    ['a/b/c d.md', 'a/b/c%20d.md'],
    ['C# guide', 'C%23%20guide'],
    ['Q&A?', 'Q%26A%3F'],
    ['100% cotton', '100%25%20cotton'],
    ['100%25', '100%2525'],
    ['two\nlines\t', 'two%0Alines%09'],
    ['Zoë 😀', 'Zo%C3%AB%20%F0%9F%98%80'],
    [`"x" 'y' <z>`, '%22x%22%20%27y%27%20%3Cz%3E'],
    ['back\\slash', 'back%5Cslash'],
    ['\u0001\u007f', '%01%7F'],
    ['plain-1_2.~x:3@y,z;(a)+$!*', 'plain-1_2.~x:3@y,z;(a)+$!*'],
  ])('in the path is encoded, but for slashes: %j', (value, expected) => {
    expect(uri('https://w.example/p/{{ a }}', { a: value })).toBe(`https://w.example/p/${expected}`);
    expect(decodeURIComponent(expected)).toBe(value);
  });

  test('in the query and the fragment stays one value', () => {
    const value = 'a=1&b=2 + 3#4?/é';
    const link = new URL(uri('https://w.example/?q={{ a }}&r={{ a }}#{{ a }}', { a: value }));
    expect(link.searchParams.getAll('q')).toEqual([value]);
    expect(link.searchParams.getAll('r')).toEqual([value]);
    expect(decodeURIComponent(link.hash)).toBe(`#${value}`);
  });

  test.each([
    ['{{ a }}', 'https://x.example/a?b=c&d=%20#e', 'https://x.example/a?b=c&d=%20#e'],
    ['{{ a }}', ' https://x.example/a b?c=é\n', 'https://x.example/a%20b?c=%C3%A9'],
    ['{{ a }}#top', 'https://x.example/100%', 'https://x.example/100%25#top'],
    ['https://{{ a }}', 'x.example/a?b=c', 'https://x.example/a?b=c'],
    [
      'https://x.example{{ a }}',
      '/pages/view.action?pageId=1&x=y z',
      'https://x.example/pages/view.action?pageId=1&x=y%20z',
    ],
    ['https://{{ a }}.example.com/', 'acme', 'https://acme.example.com/'],
    ['{{ a }}', 'C# guide', 'C%23%20guide'],
    ['{{ a }}', 'mailto:a@b.example', 'mailto:a@b.example'],
    ['{{ a }}', null, ''],
  ])('at the start of %j may be a URL: %j', (source, value, expected) => {
    expect(uri(source, { a: value })).toBe(expected);
  });

  test.each([
    ['{{ a }}', 'javascript:alert(1)'],
    ['{{ a }}', ' JaVaScRiPt:alert(1)'],
    ['{{ a }}/x', 'data:text/html,x'],
    ['{{ a }}:{{ b }}', 'vbscript'],
    ['{{ a }}', 'https://exa mple/'],
    ['https://{{ a }}.example.com/', 'evil.example/'],
    ['https://w.example.com{{ a }}', '@evil.example/'],
    ['https://w.example/{{ a }}', { b: 1 }],
    ['https://w.example/{{ a }}', ['x', { b: 1 }]],
  ])('is refused in %j: %j', (source, value) => {
    const render = () => uri(source, { a: value, b: 'x' });
    expect(render).toThrow(TemplateFailure);
    expect(render).toThrow(expect.objectContaining({ code: 'URI_INVALID' }));
  });

  test.each([
    ['{{ a | url_encode }}', 'a+b%2F%C3%A9'],
    ['{{ a | cgi_escape }}.html', 'a+b%2F%C3%A9.html'],
    ['{{ a | uri_escape | append: "?x=1" }}', 'a%20b/%C3%A9?x=1'],
    ['{{ a | raw }}', 'a%20b/%C3%A9'],
    ['{{ a | upcase }}', 'A%20B/%C3%89'],
    ['{% if a %}{% echo a %}{% endif %}', 'a%20b/%C3%A9'],
    ['{% capture c %}x/{{ a }}?q={% endcapture %}{{ c }}{{ a }}', 'x/a%20b/%C3%A9?q=a%20b/%C3%A9'],
  ])('is encoded once in %j', (source, expected) => {
    expect(uri(`https://w.example/${source}`, { a: 'a b/é' })).toBe(`https://w.example/${expected}`);
  });
});

describe('text of the template in a link', () => {
  test('loses line breaks and keeps what has a meaning', () => {
    expect(uri('\n  https://w.example/a b/%20?x=1&y=\n{{ a }}\n', { a: '#' })).toBe(
      'https://w.example/a%20b/%20?x=1&y=%23',
    );
  });
});
