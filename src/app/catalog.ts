import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { listConnectorFiles } from '../connector/connector-files.ts';
import type { Problem } from '../connector/problem.ts';
import type { Connector } from '../connector/types.ts';
import type { Clock } from '../core/clock.ts';
import { CATALOG_LOOK_MS } from '../core/limits.ts';
import { checkConnectorsUnderPolicy, type PolicyPlace } from './policy.ts';

/** The connectors of a folder, as they are now. */
interface CatalogContent {
  /** Those without an error, by name. */
  readonly connectors: ReadonlyMap<string, { readonly file: string; readonly connector: Connector }>;
  /** What is wrong in the folder. A broken file hides no other. */
  readonly problems: readonly Problem[];
}

/** Knows the connectors of a folder that the operator's policy allows, and sees when a file or the policy changes. */
export interface Catalog {
  /** Looks at the files at most every `CATALOG_LOOK_MS`, and reads them only when one changed. Never throws for a file. */
  current(): Promise<CatalogContent>;
}

/** @param options `directory` as given, relative to `cwd` */
export function openCatalog(
  options: PolicyPlace & { readonly directory: string; readonly clock: Clock },
): Catalog {
  const { directory, clock } = options;
  let stamp = '';
  let lookedMs = Number.NEGATIVE_INFINITY;
  let content: Promise<CatalogContent> = Promise.resolve({ connectors: new Map(), problems: [] });

  async function look(before: Promise<CatalogContent>): Promise<CatalogContent> {
    const next = await stampOf(directory, options);
    if (next === stamp) return before;
    const read = await readAll(directory, options);
    stamp = next;
    return read;
  }

  return {
    current() {
      if (clock.elapsedMs() - lookedMs >= CATALOG_LOOK_MS) {
        lookedMs = clock.elapsedMs();
        content = look(content);
      }
      return content;
    },
  };
}

async function stampOf(directory: string, { cwd, policyFile }: PolicyPlace): Promise<string> {
  const { files, problems } = await listConnectorFiles([directory], cwd);
  const stamps = await Promise.all(
    [...files, ...(policyFile === undefined ? [] : [policyFile])].map(async (file) => {
      const found = await stat(resolve(cwd, file)).catch(() => undefined);
      return `${file} ${found?.mtimeMs ?? 0} ${found?.size ?? 0}`;
    }),
  );
  return ['read', ...stamps, ...problems.map(({ message }) => message)].join('\n');
}

async function readAll(directory: string, place: PolicyPlace): Promise<CatalogContent> {
  const { connectors, problems } = await checkConnectorsUnderPolicy([directory], place);
  return {
    connectors: new Map(connectors.map((entry) => [entry.connector.metadata.name, entry])),
    problems: problems.filter(({ severity }) => severity === 'error'),
  };
}
