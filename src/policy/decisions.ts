import { isAbsolute, relative } from 'node:path';
import { secretVariable } from '../definitions/connector/secrets/secrets.ts';
import { matchesServer, type ServerPlace } from './host-pattern.ts';
import { matchesName } from './name-pattern.ts';
import type { Paths, Policy, PolicyRule } from './policy.ts';

/** A definition that a policy decides about. */
export interface NamedDefinition {
  /** The list of a rule that its name must be in. */
  readonly list: 'connectors' | 'knowledgeSources' | 'apps';
  readonly name: string;
  /** The noun for its kind, in messages. */
  readonly noun: string;
}

/** Decides what a policy allows one definition to do. */
export class Decisions {
  readonly #rules: readonly PolicyRule[];
  readonly #paths: Paths;

  constructor(policy: Policy, { list, name }: Pick<NamedDefinition, 'list' | 'name'>, paths: Paths) {
    this.#rules = policy.rules.filter((rule) => matchesName(rule[list] ?? [], name));
    this.#paths = paths;
  }

  /** Whether any rule applies to this definition. */
  get any(): boolean {
    return this.#rules.length > 0;
  }

  mayUseSecret(ref: string): boolean {
    return this.#rules.some((rule) => namesSecret(rule, ref));
  }

  mayConnect(server: ServerPlace): boolean {
    return this.#rules.some((rule) => namesServer(rule, server));
  }

  /** One rule must name the server and all of the secrets: otherwise a secret could go to the host of another rule. */
  maySend(refs: readonly string[], server: ServerPlace): boolean {
    return this.#rules.some(
      (rule) => namesServer(rule, server) && refs.every((ref) => namesSecret(rule, ref)),
    );
  }

  /** The same for a connection without encryption. */
  maySendInClear(refs: readonly string[], server: ServerPlace): boolean {
    return this.#rules.some(
      ({ plaintextHosts = [], ...rule }) =>
        matchesServer(plaintextHosts, server) && refs.every((ref) => namesSecret(rule, ref)),
    );
  }

  /** @param path absolute */
  mayRead(path: string): boolean {
    return this.#isBelowOne(
      this.#rules.flatMap(({ fileRoots = [] }) => fileRoots),
      path,
    );
  }

  /** @param bucket its URL in the connector, `gs://…` or `file://…` */
  mayWrite(bucket: string, prefix: string): boolean {
    const roots = this.#rules.flatMap(({ buckets = [] }) => buckets);
    if (bucket.startsWith('gs://')) {
      const place = withSlash(`${withSlash(bucket)}${prefix}`);
      return roots.some((root) => root.startsWith('gs://') && place.startsWith(withSlash(root)));
    }
    const folder = this.#paths.folderOf(bucket);
    const rootFolders = roots.flatMap((root) =>
      root.startsWith('file://') ? (this.#paths.folderOf(root) ?? []) : [],
    );
    return folder !== undefined && this.#isBelowOne(rootFolders, `${folder}/${prefix}`);
  }

  mayUseDataStore(name: string): boolean {
    return this.#rules.some(({ dataStores = [] }) => matchesName(dataStores, name));
  }

  #isBelowOne(roots: readonly string[], path: string): boolean {
    if (roots.length === 0) return false;
    const real = this.#paths.realPath(path);
    return roots.some((root) => isBelow(this.#paths.realPath(root), real));
  }
}

/** Compares by environment variable: `hr-db` and `hr.db` are the same secret. */
function namesSecret({ secrets = [] }: PolicyRule, ref: string): boolean {
  return matchesName(secrets.map(secretVariable), secretVariable(ref));
}

function namesServer({ hosts = [], plaintextHosts = [] }: PolicyRule, server: ServerPlace): boolean {
  return matchesServer([...hosts, ...plaintextHosts], server);
}

function withSlash(text: string): string {
  return text.endsWith('/') ? text : `${text}/`;
}

function isBelow(root: string, path: string): boolean {
  const way = relative(root, path);
  return way !== '..' && !way.startsWith('../') && !way.startsWith('..\\') && !isAbsolute(way);
}
