import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openCatalog } from '../../../src/app/catalog/catalog.ts';
import { checkDefinitions } from '../../../src/definitions/files/check-definitions.ts';
import { compileTemplate } from '../../../src/definitions/templates/templates.ts';
import { RenderBudget } from '../../../src/definitions/templates/render-budget.ts';
import { systemClock } from '../../../src/core/time/clock.ts';
import {
  CONNECTOR_MAPPING_KEYS_MAX,
  CONNECTOR_TEXT_CHARACTERS_MAX,
} from '../../../src/definitions/limits.ts';
import { growthOf } from '../../support/memory/processor-time.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';

const folders = temporaryFolders();
let folder: string;
beforeAll(() => {
  folder = folders.make();
});
afterAll(() => {
  folders.removeAll();
});

async function check(name: string, text: string) {
  writeFileSync(join(folder, name), text);
  return checkDefinitions([name], { cwd: folder });
}

const numbered = (count: number, line: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => line(index)).join('');

/** Each took minutes, or as many findings as it has keys, when the work grew with the square of the size. */
const HOSTILE: Readonly<Record<string, string>> = {
  'unknown keys': numbered(900, (index) => `k${index}: 1\n`),
  'more keys than a mapping may have': numbered(60_000, (index) => `k${index}: 1\n`),
  'more values than a file may have': `[${'a,'.repeat(400_000)}]`,
  'duplicate keys': 'a: 1\n'.repeat(4_000),
  'a long key': `${'k'.repeat(900_000)}: 1\n`,
  'long keys on each level': numbered(40, (level) => `${' '.repeat(level)}${'k'.repeat(900)}:\n`),
  'duplicate fields': `spec: {mapping: {metadataFields: [${'a,'.repeat(9_000)}]}}\n`,
  'slashes in the prefix': `kind: Connector\nspec: {output: {bucket: "b", prefix: "${'/'.repeat(99_000)}x"}}\n`,
  'blanks in the query': `spec: {source: {type: postgres, query: "${' '.repeat(99_000)}:watermark", watermarkField: " "}}\n`,
  'blanks in the url': `spec: {mode: rest_pull, source: {type: http, url: "http://${'a'.repeat(900_000)} x"}}\n`,
  'columns and fields': `spec: {source: {type: postgres, query: "select ${numbered(9_000, (n) => `c${n},`)}z from t"}, mapping: {metadataFields: [${numbered(5_000, (n) => `f${n},`)}]}}\n`,
  'variables of a template': `spec: {mapping: {contentTemplate: "${'{{a}}'.repeat(19_000)}"}}\n`,
};

describe('a hostile connector file', () => {
  test.each(Object.entries(HOSTILE))('has a short report: %s', async (_, text) => {
    const cpu = process.cpuUsage();
    const { problems } = await check('hostile.yaml', text);
    const { user } = process.cpuUsage(cpu);
    expect(problems.length).toBeGreaterThan(0);
    expect(problems.length).toBeLessThanOrEqual(101);
    expect(JSON.stringify(problems).length).toBeLessThan(1_000_000);
    // A hang detector: what is not linear took minutes.
    expect(user / 1e6).toBeLessThan(10);
  });

  test('counts the unknown keys after the first twenty', async () => {
    const { problems } = await check(
      'keys.yaml',
      numbered(900, (index) => `k${index}: 1\n`),
    );
    const unknown = problems.filter(({ code }) => code === 'unknown_key');
    expect(unknown).toHaveLength(21);
    expect(unknown.at(-1)?.message).toBe('k20 and 879 more unknown keys are not keys of the file.');
  });

  test('does not crash the check when a template nests without end', () => {
    for (const depth of [1_000, 3_000, 5_000]) {
      const source = `${'{%if a%}'.repeat(depth)}${'{%endif%}'.repeat(depth)}`;
      expect([undefined, 'TemplateSyntaxError']).toContain(failureNameOf(() => compileTemplate(source)));
    }
  });
});

const quoted = (text: string) => JSON.stringify(text);
const template = (text: string) => `spec: {mapping: {contentTemplate: ${quoted(text)}}}\n`;
const link = (text: string) => `spec: {mapping: {uriTemplate: ${quoted(text)}}}\n`;
const glob = (text: string) => `spec: {source: {type: file, glob: ${quoted(text)}}}\n`;
const nested = (depth: number, open: (level: number) => string, close: string) =>
  `${numbered(depth, open)}${close.repeat(depth)}`;

/** By its largest size, which is just below a limit or, where it says so, above it; a file of a size between has no other limit. */
const GROWING: Readonly<Record<string, readonly [largest: number, text: (size: number) => string]>> = {
  'unknown keys': [CONNECTOR_MAPPING_KEYS_MAX, (size) => numbered(size, (index) => `k${index}: 1\n`)],
  'keys above the limit': [60_000, (size) => numbered(size, (index) => `k${index}: 1\n`)],
  aliases: [9_000, (size) => `a: &a 1\nb: [${'*a,'.repeat(size)}]\n`],
  'nested aliases': [300, (size) => numbered(size, (n) => `a${n}: &a${n} [*a${n - 1},*a${n - 1}]\n`)],
  'nested lists': [100_000, (size) => '['.repeat(size)],
  'nested mappings': [20_000, (size) => '{a: '.repeat(size)],
  'a long string': [CONNECTOR_TEXT_CHARACTERS_MAX, (size) => `spec: {payload: "${'a'.repeat(size)}"}\n`],
  'a string above the limit': [900_000, (size) => `spec: {payload: "${'a'.repeat(size)}"}\n`],
  'escapes in a string': [900_000, (size) => `spec: {payload: "${'\\u0041'.repeat(size / 6)}"}\n`],
  comments: [900_000, (size) => '# a\n'.repeat(size / 4)],
  'a schedule of many minutes': [
    99_000,
    (size) => `spec: {schedule: "${'1,'.repeat(size / 2)}0 0 30 2 *"}\n`,
  ],
  'a schedule of many ranges': [
    99_000,
    (size) => `spec: {schedule: "${'0-59,'.repeat(size / 5)}0 0 30 2 *"}\n`,
  ],
  'a schedule of many months': [
    99_000,
    (size) => `spec: {schedule: "0 0 30 ${'JAN,'.repeat(size / 4)}2 *"}\n`,
  ],
  'variables of a template': [9_000, (size) => template(numbered(size, (index) => `{{a${index}}}`))],
  'nested conditions': [1_600, (size) => template(nested(size, (n) => `{%if a${n}%}{{b${n}}}`, '{%endif%}'))],
  'nested loops': [1_600, (size) => template(nested(size, (n) => `{%for x${n} in y${n}%}`, '{%endfor%}'))],
  'nested captures': [1_600, (size) => template(nested(size, (n) => `{%capture c${n}%}`, '{%endcapture%}'))],
  'assigned variables': [4_500, (size) => template(numbered(size, (n) => `{%assign a${n}=b${n}%}`))],
  'branches of a condition': [
    5_500,
    (size) => template(`{%if a%}${numbered(size, (n) => `{%elsif b${n}%}`)}{%endif%}`),
  ],
  'filters in a row': [14_000, (size) => template(`{{a${'|upcase'.repeat(size)}}}`)],
  'arguments of a filter': [45_000, (size) => template(`{{a|replace:${'b,'.repeat(size)}c}}`)],
  'properties in a row': [45_000, (size) => template(`{{a${'.b'.repeat(size)}}}`)],
  'nested brackets': [4_000, (size) => template(`{{${'a['.repeat(size)}b${']'.repeat(size)}}}`)],
  'outputs that are not closed': [49_000, (size) => template('{{'.repeat(size))],
  'strings that are not closed': [30_000, (size) => template('{{"'.repeat(size))],
  'tags that are not closed': [9_000, (size) => template('{%comment%}'.repeat(size))],
  'ends of raw text': [11_000, (size) => template(`{%raw%}${'{%endraw'.repeat(size)}`)],
  'blanks that are trimmed': [9_000, (size) => template('{{-a-}} '.repeat(size))],
  'lines of a template': [19_000, (size) => template('\n{{a}}'.repeat(size))],
  'parts of a link': [90_000, (size) => link(`https://h/${'../../'.repeat(size / 3)}{{a}}`)],
  'a host of a link': [90_000, (size) => link(`http://${'ü.'.repeat(size / 2)}{{a}}`)],
  'wildcards of a glob': [99_000, (size) => glob('*a'.repeat(size / 2))],
  'groups of a glob': [99_000, (size) => glob('{a,'.repeat(size / 3))],
  'classes of a glob': [99_000, (size) => glob('['.repeat(size))],
};

/** What the lexer of each dialect reads: quotes, comments and brackets that are closed, not closed, or closed by others. */
const SQL: Readonly<Record<string, readonly [largest: number, text: (size: number) => string]>> = {
  blanks: [99_000, (size) => `select a${' '.repeat(size)}x`],
  brackets: [90_000, (size) => `select ${'('.repeat(size / 2)}${')'.repeat(size / 2)}`],
  quotes: [99_000, (size) => `select ${"'".repeat(size)}`],
  'quotes of names': [99_000, (size) => `select ${'"`['.repeat(size / 3)}`],
  'dollar quotes': [90_000, (size) => `select ${'$a$b'.repeat(size / 4)}`],
  'alternative quotes': [90_000, (size) => `select ${"q'[".repeat(size / 3)}`],
  backslashes: [45_000, (size) => `select '${'\\'.repeat(size)}`],
  comments: [90_000, (size) => `select ${'/*'.repeat(size / 2)}`],
  'lines of comments': [90_000, (size) => `select a ${'--\n'.repeat(size / 3)}`],
  columns: [16_000, (size) => `select ${numbered(size, (index) => `c${index},`)}z from t`],
  keywords: [15_000, (size) => `select a from t ${'order by from where '.repeat(size / 4)}`],
  watermarks: [4_000, (size) => `select a from t where ${'a > :watermark or '.repeat(size)}`],
};

describe('the time to check a connector file', () => {
  test.each(Object.entries(GROWING))('is linear in its size: %s', async (_, [largest, text]) => {
    expect(await growthOf((size) => check('growing.yaml', text(size)), largest)).toBe('linear');
  });

  describe.each(['postgres', 'mysql', 'mssql', 'oracle'])('of a query for %s', (type) => {
    test.each(Object.entries(SQL))('is linear in its size: %s', async (_, [largest, text]) => {
      const file = (size: number) =>
        `spec: {source: {type: ${type}, query: ${quoted(text(size))}, watermarkField: a}, mapping: {idField: a}}\n`;
      expect(await growthOf((size) => check('growing.yaml', file(size)), largest)).toBe('linear');
    });
  });
});

describe('RenderBudget', () => {
  const loops = '{% for i in (1..3000) %}{% for j in (1..3000) %}{{ i }}{% endfor %}{% endfor %}';

  test('fails one row when it takes longer than a row may', () => {
    const budget = new RenderBudget({ rowMs: 5, countedFromMs: 0, totalMs: 1e9 });
    expect(() => compileTemplate(loops, budget).render({})).toThrow('template render limit exceeded');
  });

  test('fails the run when slow rows take too long together', () => {
    const budget = new RenderBudget({ rowMs: 5, countedFromMs: 0, totalMs: 0 });
    const tooSlow = expect.objectContaining({ code: 'TEMPLATE_TOO_SLOW' });
    expect(() => compileTemplate(loops, budget).render({})).toThrow(tooSlow);
    const unlimited = new RenderBudget({ rowMs: 5, countedFromMs: Infinity, totalMs: 0 });
    expect(() => compileTemplate(loops, unlimited).render({})).toThrow('template render limit exceeded');
  });

  test('counts from zero when it is restarted', () => {
    const budget = new RenderBudget({ rowMs: 1_000, countedFromMs: 0, totalMs: 1_000 });
    budget.restart();
    expect(compileTemplate('{{ a | upcase }}', budget).render({ a: 'x' })).toBe('X');
  });
});

describe('a folder of hostile files', () => {
  test('is reported, file by file, without waiting for a pipe or reading a device', async () => {
    const place = join(folder, 'special');
    mkdirSync(place);
    execFileSync('mkfifo', [join(place, 'pipe.yaml')]);
    symlinkSync('/dev/zero', join(place, 'device.yaml'));
    symlinkSync('loop.yaml', join(place, 'loop.yaml'));
    symlinkSync(folder, join(place, 'linked.yaml'));
    mkdirSync(join(place, 'folder.yaml'));
    writeFileSync(join(place, 'sparse.yaml'), '');
    truncateSync(join(place, 'sparse.yaml'), 2 ** 40);
    const { problems } = await checkDefinitions(['.'], { cwd: place });
    expect(problems.map(({ place, code }) => `${place.file} ${code}`)).toEqual([
      'device.yaml file_unreadable',
      'linked.yaml file_unreadable',
      'loop.yaml file_unreadable',
      'pipe.yaml file_unreadable',
      'sparse.yaml file_too_large',
    ]);
  });

  test('leaves the event loop free between files, and is read once', async () => {
    const place = join(folder, 'many');
    mkdirSync(place);
    const text = numbered(900, (index) => `k${index}: 1\n`);
    for (let index = 0; index < 200; index += 1) writeFileSync(join(place, `${index}.yaml`), text);
    const catalog = openCatalog({ directory: '.', cwd: place, policyFile: undefined, clock: systemClock });
    let turns = 0;
    const timer = setInterval(() => (turns += 1), 1);
    const delay = monitorEventLoopDelay({ resolution: 10 });
    delay.enable();
    const { problems } = await catalog.current();
    delay.disable();
    clearInterval(timer);
    expect(new Set(problems.map(({ place }) => place.file)).size).toBe(200);
    expect(turns).toBeGreaterThan(50);
    expect(delay.max / 1e9).toBeLessThan(5);
  });
});

/** The name of the error that is thrown; undefined if there is none. */
function failureNameOf(work: () => unknown): string | undefined {
  try {
    work();
    return undefined;
  } catch (thrown) {
    return thrown instanceof Error ? thrown.name : String(thrown);
  }
}
