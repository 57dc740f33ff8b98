import { dirname, join } from 'node:path/posix';
import { visit } from 'unist-util-visit';
import { addressOfProjectPage, projectPages } from './project-pages.mjs';
import { pathInRepository, REPOSITORY } from './places.mjs';

/** The address of a page of docs/: with the root `/docs`, `docs/README.md` is at `/docs/`. */
const addressOfDocsPage = (path, root) =>
  path
    .replace(/^docs/, root)
    .replace(/\/README\.md$/, '/')
    .replace(/\.md$/, '/');

/** A link as the site needs it; undefined if Docusaurus itself finds the page, null if the site cannot lead there. */
function rewritten(link, page, { docsRoot, repository, shown }) {
  if (/^([a-z]+:|[#/])/.test(link)) return undefined;
  const [path, anchor] = link.split('#');
  const target = join(dirname(page), path);
  const end = anchor === undefined ? '' : `#${anchor}`;

  const isDocsPage = target.startsWith('docs/') && target.endsWith('.md');
  if (isDocsPage) return page.startsWith('docs/') ? undefined : addressOfDocsPage(target, docsRoot) + end;
  if (shown.has(target)) return addressOfProjectPage(target) + end;
  return repository === undefined ? null : `${repository.url}/blob/${repository.ref}/${target}${end}`;
}

/**
 * A remark plugin. The pages link to each other and to sources by paths in the repository, which work on a code host. On
 * the site, a source is on the code host; when the site is built without one, its name is text and not a link.
 * `docsRoot` is where the pages of docs/ are as they are now; once a version was cut, `/docs` has the newest version.
 */
export function rewriteOutsideLinks({ docsRoot, repository }) {
  const shown = new Set(projectPages(REPOSITORY));
  return (tree, file) => {
    const page = pathInRepository(file.path);
    visit(tree, 'link', (node, index, parent) => {
      const url = rewritten(node.url, page, { docsRoot, repository, shown });
      if (url === null) parent.children.splice(index, 1, ...node.children);
      else if (url !== undefined) node.url = url;
    });
  };
}
