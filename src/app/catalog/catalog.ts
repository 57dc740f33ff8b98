import { basename, extname, resolve } from 'node:path';
import { listConnectorFiles } from '../../definitions/files/definition-files.ts';
import { fileFacts, KnownFiles } from '../../definitions/files/known-files.ts';
import type { Problem } from '../../definitions/problem.ts';
import type { App } from '../../definitions/app/types.ts';
import type { Report } from '../../definitions/files/check-definitions.ts';
import type { Connector } from '../../definitions/connector/types.ts';
import type { KnowledgeSource } from '../../definitions/knowledge-source/types.ts';
import type { Clock } from '../../core/time/clock.ts';
import { CATALOG_REFRESH_MS } from '../limits.ts';
import { openConnectorChecker } from './connector-checker.ts';
import { checkDefinitionsUnderPolicy, type PolicyPlace } from './policy.ts';

/** The definitions of a folder at one moment. */
interface CatalogContent {
  /** The connectors without errors, by name. */
  readonly connectors: ReadonlyMap<string, { readonly file: string; readonly connector: Connector }>;
  /** The knowledge sources without errors, by name. */
  readonly knowledgeSources: ReadonlyMap<
    string,
    { readonly file: string; readonly knowledgeSource: KnowledgeSource }
  >;
  /** The apps without errors, by `appKey`, which is the name by default. */
  readonly apps: ReadonlyMap<string, { readonly file: string; readonly app: App }>;
  /** The problems found in the folder. A broken file does not hide problems in other files. */
  readonly problems: readonly Problem[];
  /**
   * Whether a broken file may define the connector, knowledge source or app with this name: a file that contains that name or has it as its file name,
   * a file that cannot be parsed, or the folder or the policy as a whole.
   */
  readonly mayBeBroken: (name: string) => boolean;
}

/** Tracks the definitions of a folder that the operator's policy allows, and detects changes to the files and the policy. */
export interface Catalog {
  /**
   * Checks the files at most every `CATALOG_REFRESH_MS`, and reads them only when one has changed. Never throws because of a
   * file.
   */
  current(): Promise<CatalogContent>;
}

/** @param options `directory` is relative to `cwd` */
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
    contentOf({ connectors: [], knowledgeSources: [], apps: [], problems: [], names: new Map() }),
  );

  async function look(before: Promise<CatalogContent>): Promise<CatalogContent> {
    isLooking = true;
    try {
      const policy = await policyStampOf(options);
      const next = `${policy}\n${await stampOf(directory, options)}`;
      if (next === stamp) return await before;
      // The check of a file depends on the policy, so all results are discarded when the policy changes.
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
      // Reading a folder of large files may take longer than the interval between two checks.
      if (!isLooking && clock.elapsedMs() - lookedMs >= CATALOG_REFRESH_MS) {
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

/** Checks small files one by one between turns of the event loop, and large ones in a separate thread. */
async function readAll(directory: string, place: PolicyPlace, known: KnownFiles): Promise<CatalogContent> {
  const checker = openConnectorChecker(place);
  const checkElsewhere = (file: string) => checker.check(file);
  const report = await checkDefinitionsUnderPolicy([directory], place, { known, checkElsewhere }).finally(
    () => checker.close(),
  );
  return contentOf(report);
}

function contentOf({
  connectors,
  knowledgeSources,
  apps,
  names,
  ...report
}: Omit<Report, 'files'>): CatalogContent {
  const problems = report.problems.filter(({ status }) => status === 'fail');
  const broken = new Set(problems.map(({ place }) => place.file));
  return {
    connectors: new Map(connectors.map((entry) => [entry.connector.metadata.name, entry])),
    knowledgeSources: new Map(knowledgeSources.map((entry) => [entry.knowledgeSource.metadata.name, entry])),
    apps: new Map(apps.map((entry) => [entry.app.spec.appKey ?? entry.app.metadata.name, entry])),
    problems,
    mayBeBroken: (name) =>
      [...broken].some(
        (file) => !names.has(file) || names.get(file) === name || basename(file, extname(file)) === name,
      ),
  };
}
