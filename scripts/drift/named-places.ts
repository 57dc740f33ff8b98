import { dirname, join, normalize } from 'node:path/posix';
import { commandsOf } from '../../src/app/drift/docs/shell-commands.ts';
import type { Facts } from './facts.ts';
import { driftAt, type PlacedDrift } from './finding.ts';
import { FOREIGN_PATHS } from './foreign-names.ts';
import { spansOf, type OwnPage } from './named-things.ts';
import { withoutNames } from './server-routes.ts';

/** Finds files, links and routes that a page names and that do not exist. */
export function namedPlaces(page: OwnPage, facts: Facts): PlacedDrift[] {
  return [...files(page, facts), ...links(page, facts), ...routes(page, facts)];
}

/** Folders of this repository in which every file that a page names must exist. Pages invent files in `connectors/`. */
const OWN_FILE =
  /^(?:\.github|bench|bin|docs|examples|helm|kestra|migrations|presets|public|schemas|scripts|src|test|website)\/[\w./-]+$/;

function files(page: OwnPage, { hasFile }: Facts): PlacedDrift[] {
  const words = page.blocks
    .flatMap((block) => commandsOf(block))
    .flatMap((command) => command.words.map((text) => ({ text, line: command.line })));
  return [...page.spans, ...words]
    .filter(({ text }) => OWN_FILE.test(text) && !hasFile(text))
    .map(({ text, line }) =>
      driftAt({ file: page.file, line }, 'file', {
        message: `The file ${text} does not exist.`,
        fix: 'Correct the path; it is relative to the repository.',
      }),
    );
}

function links(page: OwnPage, { hasFile }: Facts): PlacedDrift[] {
  return page.links.flatMap(({ text, line }) => {
    const target = text.split('#')[0] ?? '';
    if (target === '' || /^[a-z]+:/.test(target) || target.startsWith('/')) return [];
    const path = normalize(join(dirname(page.file), target));
    if (hasFile(path)) return [];
    const message = `The link ${text} leads to ${path}, which does not exist.`;
    return [driftAt({ file: page.file, line }, 'link', { message, fix: 'Correct the link.' })];
  });
}

const ROUTE = /^(?:(GET|POST|PUT|PATCH|DELETE) )?(\/[\w./{}<>-]*)(?:\?.*)?$/;

/** Code such as `POST /v1/sync` or `/readyz` is a route of the server. */
function routes(page: OwnPage, { routes: known }: Facts): PlacedDrift[] {
  return spansOf(page, ({ text }) => {
    const [, method, path = ''] = ROUTE.exec(text) ?? [];
    if (path === '' || FOREIGN_PATHS.has(path)) return undefined;
    const wanted = withoutNames(path);
    const isKnown = known.some(
      (route) => route.path === wanted && (method === undefined || route.method === method),
    );
    return isKnown ? undefined : ['route', `The server has no route \`${text}\`.`];
  });
}
