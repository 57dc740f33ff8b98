import { addressOfProjectPage } from './project-pages.mjs';
import { pathInRepository } from './places.mjs';

/**
 * Gives the pages outside of docs/ their addresses. They have no front matter of their own, which code hosts would show
 * as a table.
 * @type {import('@docusaurus/types').ParseFrontMatter}
 */
export async function addSlug({ filePath, fileContent, defaultParseFrontMatter }) {
  const parsed = await defaultParseFrontMatter({ filePath, fileContent });
  const path = pathInRepository(filePath);
  if (path.startsWith('docs/') || path.startsWith('website/')) return parsed;
  const slug = addressOfProjectPage(path).slice('/project'.length);
  return { ...parsed, frontMatter: { slug, ...parsed.frontMatter } };
}
