import type { Asked, Verdict } from './verdict.ts';

/** Why an app got no token of its installation; undefined for a failure that any request can have. */
export function appVerdict(status: number, words: string, { repository }: Asked): Verdict | undefined {
  if (status === 401) {
    return {
      code: 'GITHUB_CREDENTIALS',
      what: 'GitHub refuses the app: its id or its private key is wrong, or the clock of this machine is',
      hint: 'Check GITHUB_APP_ID, GITHUB_APP_PRIVATE_KEY_FILE and the clock. A retry does not help before.',
    };
  }
  if (status === 404) {
    return {
      code: 'GITHUB_NOT_FOUND',
      what: 'The app has no installation with this number',
      hint: 'Check GITHUB_APP_INSTALLATION_ID: it is the number at the end of the address of the installation.',
    };
  }
  if (status === 403 && /suspended/i.test(words)) {
    return {
      code: 'GITHUB_PERMISSION',
      what: 'The installation of the app is suspended',
      hint: 'Ask an owner of the organisation to resume it. A retry does not help before.',
    };
  }
  if (status !== 422) return undefined;
  if (/permissions/i.test(words)) {
    return {
      code: 'GITHUB_PERMISSION',
      what: 'The installation of the app lacks a permission',
      hint: 'Give the app read and write access to Contents and Pull requests, and let an owner of the organisation accept the change.',
    };
  }
  if (/repositor/i.test(words)) {
    return {
      code: 'GITHUB_NOT_FOUND',
      what: `The app is not installed for the repository ${repository}`,
      hint: 'Add the repository to the installation of the app, and check GITHUB_REPO.',
    };
  }
  return undefined;
}
