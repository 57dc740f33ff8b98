import { existsSync, readFileSync } from 'node:fs';
import { themes } from 'prism-react-renderer';
import { addSlug } from './src/links/add-slug.mjs';
import { rewriteOutsideLinks } from './src/links/rewrite-outside-links.mjs';
import { sourceOfRepository } from './src/links/source-of-repository.mjs';

const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
const versionsFile = new URL('versions.json', import.meta.url);
const versions = existsSync(versionsFile) ? JSON.parse(readFileSync(versionsFile, 'utf8')) : [];

const repository = sourceOfRepository(process.env);
const links = {
  beforeDefaultRemarkPlugins: [
    [rewriteOutsideLinks, { docsRoot: versions.length === 0 ? '/docs' : '/docs/next', repository }],
  ],
};

/** @type {import('@docusaurus/types').Config} */
export default {
  title: manifest.name,
  tagline: manifest.description,
  url: process.env.SITE_URL ?? 'http://localhost:3000',
  baseUrl: process.env.SITE_BASE_URL ?? '/',
  trailingSlash: true,
  favicon: 'icon.svg',

  onBrokenLinks: 'throw',
  onBrokenAnchors: 'throw',
  onDuplicateRoutes: 'throw',
  markdown: {
    // Files named .md are CommonMark, as on any code host, so that `{{ }}` and `<path>` are text and not JSX.
    format: 'detect',
    parseFrontMatter: addSlug,
    hooks: { onBrokenMarkdownLinks: 'throw', onBrokenMarkdownImages: 'throw' },
  },
  future: { v4: true, faster: true },
  staticDirectories: ['static', '.assets'],

  plugins: [
    [
      '@docusaurus/plugin-content-docs',
      {
        ...links,
        path: '../docs',
        routeBasePath: 'docs',
        sidebarPath: './sidebars.json',
        versions: { current: { label: versions.length === 0 ? manifest.version : 'next' } },
      },
    ],
    [
      '@docusaurus/plugin-content-docs',
      {
        ...links,
        id: 'project',
        path: '.project',
        routeBasePath: 'project',
        sidebarPath: './sidebars-project.json',
      },
    ],
    ['@docusaurus/plugin-content-pages', { path: 'src/pages' }],
  ],
  themes: [
    ['@docusaurus/theme-classic', { customCss: './src/css/site.css' }],
    [
      '@easyops-cn/docusaurus-search-local',
      {
        // The index is built with the site and read by the browser: no service is asked.
        hashed: 'filename',
        indexBlog: false,
        docsRouteBasePath: ['docs', 'project'],
        docsDir: ['../docs'],
        highlightSearchTermsOnTargetPage: true,
        searchBarShortcutHint: false,
      },
    ],
  ],
  themeConfig: {
    colorMode: { respectPrefersColorScheme: true },
    docs: { sidebar: { hideable: false, autoCollapseCategories: false } },
    prism: {
      theme: { ...themes.github, plain: { color: '#16191f', backgroundColor: '#f7f8fa' } },
      darkTheme: { ...themes.oneDark, plain: { color: '#e7eaef', backgroundColor: '#101318' } },
      additionalLanguages: ['bash'],
    },
    tableOfContents: { minHeadingLevel: 2, maxHeadingLevel: 3 },
    navbar: {
      title: manifest.name,
      logo: { alt: '', src: 'icon.svg', href: '/docs/' },
      items: [
        {
          to: '/docs/',
          label: 'Documentation',
          position: 'left',
          activeBaseRegex: '/docs/(?!api-reference)',
        },
        { to: '/docs/api-reference/', label: 'API', position: 'left' },
        { to: '/project/changelog/', label: 'Changelog', position: 'left' },
        ...(versions.length === 0 ? [] : [{ type: 'docsVersionDropdown', position: 'right' }]),
        ...(repository === undefined ? [] : [{ href: repository.url, label: 'Source', position: 'right' }]),
      ],
    },
  },
};
