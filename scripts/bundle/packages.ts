import type { Plugin } from 'esbuild';

/**
 * Packages that become a part of the bundles, because most commands load them: as files of their own, knex and lodash are 300. Their
 * licences go with the bundles. All others stay packages: few commands load them, or they have parts in machine code.
 */
const BUNDLED = new Set([
  ...['commander', 'croner', 'csv-parse', 'js-yaml', 'knex', 'liquidjs'],
  ...['pg', 'pg-copy-streams', 'tinyglobby'],
]);

/** Packages that knex and pg load if they are used in ways in which this program does not use them. */
const UNUSED = new Set([
  ...['better-sqlite3', 'mariadb', 'mysql', 'mysql2', 'oracledb', 'pg-native', 'pg-query-stream'],
  ...['sqlite3', 'tedious'],
]);

/**
 * Decides which packages become a part of the bundles.
 * @param dependencies the names of the packages that this one depends on
 */
export function bundledPackages(dependencies: ReadonlySet<string>): Plugin {
  return {
    name: 'packages',
    setup(esbuild) {
      esbuild.onResolve({ filter: /^[^./]/ }, ({ path, importer }) => {
        const name = packageName(path);
        const external = importer.includes('/node_modules/')
          ? UNUSED.has(name)
          : // Compiled schemas call a few lines of ajv.
            dependencies.has(name) && !BUNDLED.has(name) && !path.startsWith('ajv/dist/runtime/');
        return external ? { path, external: true } : undefined;
      });
    },
  };
}

/** Parts of packages that this program never uses: a module, and the package that would load it. */
const UNUSED_PARTS: readonly (readonly [part: RegExp, user: string])[] = [
  // For subcommands that are programs of their own.
  [/^node:child_process$/, '/node_modules/commander/'],
  // For databases that are chosen by name; the program has classes for its own two.
  [/^\.\.\/\.\.\/dialects$/, '/node_modules/knex/'],
];

/** Leaves these parts out. */
export const withoutUnusedParts: Plugin = {
  name: 'without-unused-parts',
  setup(esbuild) {
    for (const [filter, user] of UNUSED_PARTS) {
      esbuild.onResolve({ filter }, ({ path, importer }) =>
        importer.includes(user) ? { path, namespace: 'unused' } : undefined,
      );
    }
    esbuild.onLoad({ filter: /.*/, namespace: 'unused' }, () => ({ contents: 'module.exports = {};' }));
  },
};

/** The name of the package in `name/file` and `@scope/name/file`. */
function packageName(path: string): string {
  const [scope = '', name = ''] = path.split('/');
  return scope.startsWith('@') ? `${scope}/${name}` : scope;
}
