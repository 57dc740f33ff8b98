/**
 * A file or folder of this package that is not compiled, such as `schemas/policy.schema.json`. The sources, what is compiled of
 * them and the bundles in `dist/bundle/` all lie two levels below the package.
 * @param path from the folder of package.json; ends in a slash for a folder
 */
export function packageFile(path: string): URL {
  return new URL(`../../${path}`, import.meta.url);
}
