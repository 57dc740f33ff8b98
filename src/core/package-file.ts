/**
 * A file or folder of this package that is not compiled, such as `schemas/policy.schema.json`. The sources, the compiled files
 * and the bundles in `dist/bundle/` are all two levels below the package.
 * @param path relative to the folder of package.json; ends in a slash for a folder
 */
export function packageFile(path: string): URL {
  return new URL(`../../${path}`, import.meta.url);
}
