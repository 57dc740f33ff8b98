import { BridgeError } from '../../../core/errors.ts';
import { readConnectorFile } from '../../../definitions/files/definition-files.ts';
import { problemLine, type Problem } from '../../../definitions/problem.ts';
import type { DocumentCount } from '../../../state/studio/document-counts.ts';
import { explainDefinition } from '../../catalog/explain-definition.ts';
import { CATALOG_ENTRIES_PER_PAGE } from '../../limits.ts';
import type { CatalogEntry, CountedEntry } from './entry.ts';
import { foundEntries, type CatalogQuery } from './find-entries.ts';
import { allEntries, type EntriesContext } from './read-entries.ts';

interface StudioCatalogContext extends EntriesContext {
  readonly state: {
    documentCounts(connectorIds: readonly string[]): Promise<readonly DocumentCount[]>;
  };
}

/** One page of the entries that a query selects. */
export interface CatalogPage {
  readonly generatedAt: string;
  readonly entries: readonly CountedEntry[];
  /** How many entries the query selects on all pages. */
  readonly found: number;
  /** How many connectors there are. */
  readonly total: number;
  readonly page: number;
  readonly pages: number;
  /** Problems that belong to no file of a connector, such as a folder that cannot be read. */
  readonly folderProblems: readonly Problem[];
}

/** One connector with the text of its file. */
export interface CatalogDetail extends CountedEntry {
  readonly generatedAt: string;
  readonly yaml: string;
  /** The YAML with its preset filled in, if that differs; null otherwise, and for a broken file. */
  readonly explained: string | null;
}

/** The connectors of the folder, for people. Every method: @throws BridgeError STATE_* */
export interface StudioCatalog {
  list(query: CatalogQuery): Promise<CatalogPage>;
  /** @throws BridgeError CONNECTOR_FILE_UNREADABLE if the file disappeared; undefined for an unknown connector */
  find(id: string): Promise<CatalogDetail | undefined>;
}

export function openStudioCatalog(context: StudioCatalogContext): StudioCatalog {
  const { state, cwd } = context;

  /** Only a run changes the number of documents, so a number stays valid until the connector has another newest run. */
  const counts = new Map<string, { readonly stamp: string; readonly documents: number }>();

  async function counted(entries: readonly CatalogEntry[]): Promise<readonly CountedEntry[]> {
    const stale = entries.filter(
      (entry) => entry.target !== null && counts.get(entry.id)?.stamp !== stampOf(entry),
    );
    const found = await state.documentCounts(stale.map(({ id }) => id));
    const documents = new Map(found.map((each) => [`${each.connectorId} ${each.target}`, each.documents]));
    for (const entry of stale) {
      const number = documents.get(`${entry.id} ${entry.target ?? ''}`) ?? 0;
      counts.set(entry.id, { stamp: stampOf(entry), documents: number });
    }
    return entries.map((entry) => ({
      ...entry,
      documents: entry.target === null ? null : (counts.get(entry.id)?.documents ?? 0),
    }));
  }

  return {
    async list(query) {
      const { entries, ...rest } = await allEntries(context);
      const found = foundEntries(entries, query);
      const pages = Math.max(1, Math.ceil(found.length / CATALOG_ENTRIES_PER_PAGE));
      const page = Math.min(query.page, pages);
      const first = (page - 1) * CATALOG_ENTRIES_PER_PAGE;
      const shown = await counted(found.slice(first, first + CATALOG_ENTRIES_PER_PAGE));
      return { ...rest, entries: shown, found: found.length, total: entries.length, page, pages };
    },
    async find(id) {
      const { entries, generatedAt } = await allEntries(context);
      const entry = entries.find((each) => each.id === id);
      if (entry === undefined) return undefined;
      const [detail = { ...entry, documents: null }] = await counted([entry]);
      const yaml = await textOf(entry, cwd);
      const isValid = entry.problems.length === 0;
      const explained = isValid ? await explainDefinition(entry.file, cwd) : yaml;
      return { ...detail, generatedAt, yaml, explained: explained === yaml ? null : explained };
    },
  };
}

function stampOf({ target, lastRun }: CatalogEntry): string {
  return [target, lastRun?.run_id, lastRun?.status, lastRun?.finished_at].join(' ');
}

async function textOf({ file }: CatalogEntry, cwd: string): Promise<string> {
  const content = await readConnectorFile(file, cwd);
  if ('text' in content) return content.text;
  // A file that is too large or not text is listed with its problem, and has no text to show.
  if (content.problem.code !== 'file_unreadable') return '';
  throw new BridgeError('CONNECTOR_FILE_UNREADABLE', problemLine(content.problem), {
    hint: 'Check the files with: gemini-sync-bridge validate',
  });
}
