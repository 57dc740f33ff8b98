/**
 * Where readers find the files of the repository. A build outside of a code host does not know it; its pages name such
 * files without a link.
 * @param {NodeJS.ProcessEnv} env
 * @returns {{ url: string, ref: string } | undefined}
 */
export function sourceOfRepository(env) {
  if (env.REPOSITORY_URL !== undefined) {
    return { url: env.REPOSITORY_URL.replace(/\/$/, ''), ref: env.REPOSITORY_REF ?? 'main' };
  }
  if (env.GITHUB_SERVER_URL === undefined || env.GITHUB_REPOSITORY === undefined) return undefined;
  return { url: `${env.GITHUB_SERVER_URL}/${env.GITHUB_REPOSITORY}`, ref: env.GITHUB_SHA ?? 'main' };
}
