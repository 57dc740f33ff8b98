/** Lays beside the site's own files what it takes from packages and from elsewhere in the repository. Git ignores it. */
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { COLLECTED_PAGES, REPOSITORY } from '../src/links/places.mjs';
import { projectPages } from '../src/links/project-pages.mjs';

const ASSETS = fileURLToPath(new URL('../.assets', import.meta.url));
const REDOC_LOGO = 'https://cdn.redoc.ly/redoc/logo-mini.svg';
const EMPTY_IMAGE = 'data:image/svg+xml,%3Csvg xmlns=%22http://www.w3.org/2000/svg%22/%3E';

/** Redoc's bundle, without the one image that it would load from elsewhere. */
function redocWithoutRemoteImage(bundle) {
  const code = readFileSync(bundle, 'utf8');
  if (!code.includes(REDOC_LOGO))
    throw new Error(`${bundle} no longer loads ${REDOC_LOGO}. Find what it loads now.`);
  return code.replaceAll(REDOC_LOGO, EMPTY_IMAGE).replace(/\n\/\/# sourceMappingURL=.*/, '');
}

for (const folder of [ASSETS, COLLECTED_PAGES]) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
}
cpSync(join(REPOSITORY, 'public', 'icon.svg'), join(ASSETS, 'icon.svg'));

const bundle = createRequire(import.meta.url).resolve('redoc/bundles/redoc.standalone.js');
writeFileSync(join(ASSETS, 'redoc.standalone.js'), redocWithoutRemoteImage(bundle));
cpSync(`${bundle}.LICENSE.txt`, join(ASSETS, 'redoc.standalone.js.LICENSE.txt'));

for (const page of projectPages(REPOSITORY)) cpSync(join(REPOSITORY, page), join(COLLECTED_PAGES, page));
