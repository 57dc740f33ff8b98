import { basename, extname, resolve } from 'node:path';
import { listConnectorFiles } from '../../definitions/connector-files.ts';
import { fileFacts, KnownFiles } from '../../definitions/known-files.ts';
import type { Problem } from '../../definitions/problem.ts';
import type { Report } from '../../definitions/connector/load.ts';
import type { Connector } from '../../definitions/connector/types.ts';
import type { Clock } from '../../core/clock.ts';
import { CATALOG_LOOK_MS } from '../limits.ts';
import { openConnectorChecker } from './connector-checker.ts';
import { checkConnectorsUnderPolicy, type PolicyPlace } from './policy.ts';

/** The connectors of a folder, as they are now. */
interface CatalogContent {
  /** Those without an error, by name. */
  readonly connectors: ReadonlyMap<string, { readonly file: string; readonly connector: Connector }>;
  /** What is wrong in the folder. A broken file hides no other. */
  readonly problems: readonly Problem[];
  /**
   * Whether something that has an error may hold the connector of this name: a file with that name, in it or as its own, a file
   * that cannot be parsed, or the folder or the policy as a whole.
   */
  readonly mayBeBroken: (name: string) => boolean;
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
  let known = new KnownFiles();
  let policyStamp = '';
  let stamp = '';
  let isLooking = false;
  let lookedMs = Number.NEGATIVE_INFINITY;
  let content: Promise<CatalogContent> = Promise.resolve(
    contentOf({ connectors: [], problems: [], names: new Map() }),
  );

  async function look(before: Promise<CatalogContent>): Promise<CatalogContent> {
    isLooking = true;
    try {
      const policy = await policyStampOf(options);
      const next = `${policy}\n${await stampOf(directory, options)}`;
      if (next === stamp) return await before;
      // What a file may do is a part of its check.
      if (policy !== policyStamp) known = new KnownFiles();
      policyStamp = policy;
      const read = await readAll(directory, options, known);
      stamp = next;
      return read;
    } finally {
      isLooking = false;
    }
  }

  return {
    current() {
      // A folder of large files may take longer to read than the time between two looks.
      if (!isLooking && clock.elapsedMs() - lookedMs >= CATALOG_LOOK_MS) {
        lookedMs = clock.elapsedMs();
        content = look(content);
      }
      return content;
    },
  };
}

async function stampOf(directory: string, { cwd }: PolicyPlace): Promise<string> {
  const { files, problems } = await listConnectorFiles([directory], cwd);
  const stamps = await Promise.all(
    files.map(async (file) => {
      const facts = await fileFacts(resolve(cwd, file));
      return `${file} ${facts?.signature ?? ''}`;
    }),
  );
  return ['read', ...stamps, ...problems.map(({ message }) => message)].join('\n');
}

async function policyStampOf({ cwd, policyFile }: PolicyPlace): Promise<string> {
  if (policyFile === undefined) return '';
  const facts = await fileFacts(resolve(cwd, policyFile));
  return `${policyFile} ${facts?.signature ?? ''}`;
}

/** Checks small files one by one between turns of the event loop, and others in a thread of its own. */
async function readAll(directory: string, place: PolicyPlace, known: KnownFiles): Promise<CatalogContent> {
  const checker = openConnectorChecker(place);
  const checkElsewhere = (file: string) => checker.check(file);
  const report = await checkConnectorsUnderPolicy([directory], place, { known, checkElsewhere }).finally(() =>
    checker.close(),
  );
  return contentOf(report);
}

function contentOf({ connectors, names, ...report }: Omit<Report, 'files'>): CatalogContent {
  const problems = report.problems.filter(({ status }) => status === 'fail');
  const broken = new Set(problems.map(({ place }) => place.file));
  return {
    connectors: new Map(connectors.map((entry) => [entry.connector.metadata.name, entry])),
    problems,
    mayBeBroken: (name) =>
      [...broken].some(
        (file) => !names.has(file) || names.get(file) === name || basename(file, extname(file)) === name,
      ),
  };
}
