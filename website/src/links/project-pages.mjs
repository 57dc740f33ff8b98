import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const PAGES = [
  'README.md',
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'bench/README.md',
  'bench/knowledge/README.md',
  'bench/push/README.md',
  'bench/race/README.md',
  'bench/server/README.md',
  'bench/sources/README.md',
  'bench/start/README.md',
  'kestra/README.md',
];

/** Charts have one folder each. */
function pagesOfCharts(repository) {
  const folder = join(repository, 'helm');
  const charts = existsSync(folder) ? readdirSync(folder) : [];
  return charts
    .map((chart) => `helm/${chart}/README.md`)
    .filter((page) => existsSync(join(repository, page)));
}

/** Pages outside of docs/ that the site shows too, below /project/, by their paths in the repository. */
export function projectPages(repository) {
  return [...PAGES, ...pagesOfCharts(repository)];
}

/** The address of such a page on the site: `bench/README.md` is at `/project/bench/`. */
export function addressOfProjectPage(path) {
  const name = path.replace(/(^|\/)README\.md$/, '').replace(/\.md$/, '');
  return name === '' ? '/project/' : `/project/${name.toLowerCase()}/`;
}
