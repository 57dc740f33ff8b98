import { relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

export const REPOSITORY = fileURLToPath(new URL('../../..', import.meta.url));

/** Where scripts/collect.mjs lays the pages that are outside of docs/. */
export const COLLECTED_PAGES = fileURLToPath(new URL('../../.project', import.meta.url));

const COLLECTED = /^website\/\.project\//;
const CUT_VERSION = /^website\/versioned_docs\/version-[^/]+\//;

/** The path of a page in the repository, also for a collected page and for one of a version that was cut. */
export function pathInRepository(file) {
  const path = relative(REPOSITORY, file).split(sep).join('/');
  return path.replace(COLLECTED, '').replace(CUT_VERSION, 'docs/');
}
