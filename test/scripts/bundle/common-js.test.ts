import { expect, test } from '@jest/globals';
import vm from 'node:vm';
import { commonJs } from '../../../scripts/bundle/common-js.ts';

// A script that vm compiles cannot call import() itself, and bin/program-loader.cjs compiles bundles with vm.
test.each([
  'export const load = async () => await import("some-package");',
  'let known; export const load = () => (known ??= import("some-package"));',
  'export const load = () => import("some-package").then((loaded) => loaded);',
  'export const load = async () => { const name = ["some", "package"].join("-"); return await import(name); };',
])('a bundle loads a package by the loader of its program: %s', async (source) => {
  const { code } = await commonJs('part.js', source, 'node20');
  const module: { exports: { load?: () => Promise<unknown> }; import: (id: string) => Promise<string> } = {
    exports: {},
    import: (id) => Promise.resolve(`loaded ${id}`),
  };
  vm.compileFunction(code, ['exports', 'require', 'module']).call(
    undefined,
    module.exports,
    undefined,
    module,
  );
  await expect(module.exports.load?.()).resolves.toBe('loaded some-package');
});
