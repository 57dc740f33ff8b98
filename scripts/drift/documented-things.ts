import type { Facts } from './facts.ts';
import { driftAt, type PlacedDrift } from './finding.ts';
import type { OwnPage } from './named-things.ts';
import { withoutNames } from './server-routes.ts';

/** Where each kind of thing belongs, so that a finding has a place to write to. */
const PLACES = {
  command: 'docs/cli.md',
  flag: 'docs/cli.md',
  variable: 'README.md',
  'error code': 'docs/errors.md',
  'exit status': 'docs/errors.md',
  route: 'docs/serve.md',
  table: 'docs/architecture.md',
} as const;

/** Finds what the program has and no page names. */
export function undocumentedThings(pages: readonly OwnPage[], facts: Facts): PlacedDrift[] {
  const spans = pages.flatMap((page) => page.spans.map(({ text }) => text));
  const words = new Set(spans.flatMap((text) => text.split(/[\s,=]+/)));
  const paths = new Set([...words].filter((word) => word.startsWith('/')).map(withoutNames));
  const headings = new Set(
    pages.flatMap(({ prose }) => [...prose.matchAll(/^#+ `([^`]+)`$/gm)].map(([, name]) => name)),
  );
  const statuses = new Set(
    pages.flatMap(({ prose }) => [...prose.matchAll(/^\| (\d+) +\|/gm)].map(([, status]) => Number(status))),
  );
  const names = (name: string) => words.has(name);
  return [
    ...missing('command', facts.commands, (name) => headings.has(name)),
    ...missing('flag', [...facts.flags.keys()], names),
    ...missing('variable', [...facts.variables], names),
    ...missing('error code', facts.errorCodes, names),
    ...missing('exit status', facts.exitStatuses, (status) => statuses.has(status)),
    ...missing('route', [...new Set(facts.routes.map(({ path }) => path))], (path) => paths.has(path)),
    ...missing('table', [...facts.tables.keys()], (name) => names(name) || names(name.replace('_', '.'))),
  ];
}

function missing<Name extends string | number>(
  kind: keyof typeof PLACES,
  all: readonly Name[],
  isDocumented: (name: Name) => boolean,
): PlacedDrift[] {
  return all
    .filter((name) => !isDocumented(name))
    .map((name) =>
      driftAt({ file: PLACES[kind], line: 1 }, kind, {
        message: `No page names the ${kind} \`${name}\`.`,
        fix: `Describe it, for example in ${PLACES[kind]}.`,
      }),
    );
}
