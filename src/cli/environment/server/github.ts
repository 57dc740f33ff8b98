import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { parseEndpoint } from '../../../core/endpoint.ts';
import { BridgeError } from '../../../core/errors.ts';
import { codeOf } from '../../../core/thrown.ts';
import type { ProxySettings } from '../../../net/proxy.ts';
import type { GithubCredentials, GithubSettings } from '../../../studio/github/settings.ts';

type Variables = Readonly<Record<string, string | undefined>>;

const API_URL_DEFAULT = 'https://api.github.com';
const APP = ['GITHUB_APP_ID', 'GITHUB_APP_PRIVATE_KEY_FILE', 'GITHUB_APP_INSTALLATION_ID'] as const;
/** What a branch may be called; the refused forms are those of `git check-ref-format`. */
const BRANCH = /^[A-Za-z0-9_][A-Za-z0-9_./-]{0,243}$/;
const REFUSED_BRANCH = /\.\.|\/\/|\/\.|\.lock(?:\/|$)|[/.]$/;

/**
 * Reads the repository of connectors and the credentials for it.
 * @returns undefined without a repository or without credentials
 * @throws BridgeError ENVIRONMENT_INVALID, naming the variable and never a secret
 */
export function readGithub(env: Variables, proxy: ProxySettings): GithubSettings | undefined {
  // Other programs use GITHUB_TOKEN too, so that alone it means nothing.
  const repository = valueOf('GITHUB_REPO', env);
  const credentials = repository === undefined ? undefined : readCredentials(env);
  if (repository === undefined || credentials === undefined) return undefined;
  const { owner, name } =
    /^(?<owner>[A-Za-z0-9][A-Za-z0-9_-]{0,99})\/(?<name>[A-Za-z0-9._-]{1,100})$/.exec(repository)?.groups ??
    {};
  if (owner === undefined || name === undefined || /^\.\.?$/.test(name)) {
    throw invalid(
      `GITHUB_REPO is ${JSON.stringify(repository)}, which is not owner/name.`,
      'Set it to the repository of the connectors, such as example-org/connectors.',
    );
  }
  const apiUrl = parseEndpoint('GITHUB_API_URL', valueOf('GITHUB_API_URL', env) ?? API_URL_DEFAULT).url;
  if (new URL(apiUrl).hostname === 'github.com') {
    throw invalid(
      'GITHUB_API_URL is the address of the website of GitHub, not of its API.',
      'Leave it out for github.com; for GitHub Enterprise Server set https://HOST/api/v3.',
    );
  }
  return { apiUrl, owner, name, baseBranch: baseBranch(env), credentials, ca: authority(env), proxy };
}

function readCredentials(env: Variables): GithubCredentials | undefined {
  const token = valueOf('GITHUB_TOKEN', env);
  const [appId, keyFile, installationId] = APP.map((name) => valueOf(name, env));
  const given = APP.filter((name) => valueOf(name, env) !== undefined);
  if (token !== undefined && given.length > 0) {
    throw invalid(`GITHUB_TOKEN and ${String(given[0])} are both set.`, 'Set either a token or an app.');
  }
  if (token !== undefined) {
    if (/^[\x21-\x7e]+$/.test(token)) return { kind: 'token', token };
    throw invalid(
      'GITHUB_TOKEN has characters that no token has.',
      'Copy it again, without spaces and line breaks.',
    );
  }
  if (given.length === 0) return undefined;
  if (appId === undefined || keyFile === undefined || installationId === undefined) {
    const missing = APP.filter((name) => !given.includes(name));
    throw invalid(
      `${missing.join(' and ')} is not set, although ${given.join(' and ')} is.`,
      'Set all three.',
    );
  }
  if (!/^[A-Za-z0-9._-]{1,100}$/.test(appId)) {
    throw invalid(
      'GITHUB_APP_ID is not the id of an app.',
      'Copy the App ID or Client ID from its settings.',
    );
  }
  if (!/^\d{1,20}$/.test(installationId)) {
    throw invalid(
      `GITHUB_APP_INSTALLATION_ID is ${JSON.stringify(installationId)}, which is not a number.`,
      'Copy the number at the end of the address of the installation.',
    );
  }
  return { kind: 'app', appId, installationId, privateKey: privateKey(keyFile) };
}

function privateKey(file: string): string {
  const text = fileOf('GITHUB_APP_PRIVATE_KEY_FILE', file);
  try {
    if (createPrivateKey(text).asymmetricKeyType === 'rsa') return text;
  } catch {
    // The message of the library may quote the key.
  }
  throw invalid(
    `GITHUB_APP_PRIVATE_KEY_FILE names ${JSON.stringify(file)}, which is not an RSA private key in PEM format.`,
    'Generate a private key in the settings of the app, and name that file.',
  );
}

function authority(env: Variables): string | undefined {
  const file = valueOf('GITHUB_CA_FILE', env);
  if (file === undefined) return undefined;
  const text = fileOf('GITHUB_CA_FILE', file);
  try {
    if (new X509Certificate(text).subject !== '') return text;
  } catch {
    // The message below says more.
  }
  throw invalid(
    `GITHUB_CA_FILE names ${JSON.stringify(file)}, which does not start with a certificate in PEM format.`,
    'Name a file that starts with -----BEGIN CERTIFICATE-----.',
  );
}

function fileOf(variable: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (thrown) {
    throw invalid(
      `${variable} names ${JSON.stringify(file)}, which cannot be read (${codeOf(thrown)}).`,
      'Check the path and its permissions.',
    );
  }
}

function baseBranch(env: Variables): string | undefined {
  const branch = valueOf('GITHUB_BASE_BRANCH', env);
  if (branch === undefined || (BRANCH.test(branch) && !REFUSED_BRANCH.test(branch))) return branch;
  throw invalid(
    `GITHUB_BASE_BRANCH is ${JSON.stringify(branch)}, which is not the name of a branch.`,
    'Write it without refs/heads/, such as main; leave it out for the default branch of the repository.',
  );
}

function valueOf(name: string, env: Variables): string | undefined {
  const value = env[name]?.trim();
  return value === '' ? undefined : value;
}

function invalid(message: string, hint: string): BridgeError {
  return new BridgeError('ENVIRONMENT_INVALID', message, { hint });
}
