import { DATABASE_COMMAND, generalExits, type Documentation, type ExitTexts } from '../documentation.ts';

const NAMES_A_SOURCE: ExitTexts = {
  ...DATABASE_COMMAND,
  usage: 'the command line is wrong, or the source does not exist',
};
const APPLIES: ExitTexts = {
  ...DATABASE_COMMAND,
  configuration:
    'a file is not valid, or the environment is wrong, or the schema of the state database is missing, out of date, or newer than this program',
};
const BUSY = 'try again later: the state database cannot be reached, or another process syncs the source';
const EMBEDS: ExitTexts = {
  ...DATABASE_COMMAND,
  ...generalExits('permission', 'interrupted', 'terminated'),
  unavailable: 'the embedding API or the state database refuses',
  tryAgain: 'try again later: the embedding API or the state database cannot be reached or is at a limit',
};

const APPLY_EXAMPLE = {
  about: 'Create or update the sources of two files',
  command: ['gemini-sync-bridge kb apply connectors/products.yaml connectors/faq.yaml'],
};
const SYNC_EXAMPLE = {
  about: 'Sync all pages',
  command: ['gemini-sync-bridge kb sync --source products --until-done'],
};
const SEARCH_EXAMPLE = {
  about: 'Find what a reader with the role support would find',
  command: ["gemini-sync-bridge kb search --tenant acme --role support 'wireless headphones'"],
};

export const KB: Documentation = {
  summary: 'sync, search and delete knowledge sources',
  description: [
    'Manages knowledge sources: REST APIs whose items become documents and chunks with embeddings in the state database.',
  ],
  exits: generalExits(
    'done',
    'bug',
    'usage',
    'held',
    'partial',
    'badData',
    'unavailable',
    'tryAgain',
    'permission',
    'configuration',
    'interrupted',
    'terminated',
  ),
  examples: [APPLY_EXAMPLE, SYNC_EXAMPLE, SEARCH_EXAMPLE],
};

export const KB_APPLY: Documentation = {
  summary: 'create or update sources from files',
  description: [
    'Creates or updates the row of each file by its metadata.name. All files are checked first; if one is not valid, nothing is written. Applying a file twice changes nothing.',
  ],
  exits: APPLIES,
  examples: [APPLY_EXAMPLE],
};

export const KB_LIST: Documentation = {
  summary: 'list all sources with the state of their sync',
  description: ['Lists all knowledge sources by title, also those that another program inserted.'],
  exits: DATABASE_COMMAND,
  examples: [
    { about: 'List all sources', command: ['gemini-sync-bridge kb list'] },
    { about: 'List them for a program', command: ['gemini-sync-bridge kb list --json'] },
  ],
};

export const KB_SYNC: Documentation = {
  summary: 'sync one page of a source, or all pages',
  description: [
    'Reads the next page of a source and stores its documents, its chunks and the cursor in one transaction, so a run can be killed and repeated at any time. With --until-done it reads pages until the pass is complete. At the end of a complete pass, chunks that were not listed are deleted, unless there are suspiciously many of them: then they are held.',
    'With --run-id, a sync can be started again without doing its work twice: after it has ended, the recorded result is printed, and after a failure it continues the same pass, also with --restart.',
    'Without OPENAI_API_KEY, texts are embedded offline; such vectors find the same words, not the same meaning.',
  ],
  exits: {
    ...generalExits(
      'done',
      'bug',
      'usage',
      'held',
      'badData',
      'permission',
      'configuration',
      'interrupted',
      'terminated',
    ),
    partial: 'the embedding API refused some texts, which were set aside; everything else was applied',
    unavailable: 'the source, the embedding API or the state database refuses',
    tryAgain: 'try again later: network, quota, or another run of this source',
  },
  examples: [
    SYNC_EXAMPLE,
    {
      about: 'Sync all pages as one execution of an orchestrator, which may start it twice',
      command: ['gemini-sync-bridge kb sync --source products --until-done --run-id "$RUN_ID"'],
    },
    {
      about: 'Release held deletes, if they are no more than 40',
      command: ['gemini-sync-bridge kb sync --source products --until-done --allow-deletes 40'],
    },
  ],
};

export const KB_DELETE: Documentation = {
  summary: 'delete a source with its documents and chunks',
  description: [
    'Deletes the chunks, the documents, the cursor and the source in one transaction. Other sources are not changed.',
  ],
  exits: { ...NAMES_A_SOURCE, tryAgain: BUSY },
  examples: [{ about: 'Delete a source', command: ['gemini-sync-bridge kb delete --source products --yes'] }],
};

export const KB_SEARCH: Documentation = {
  summary: 'search chunks as a reader of a tenant',
  description: [
    'Finds chunks by vector and by words, weighted 0.65 and 0.35, among those that one of the roles may see. The result names the embedder. Vectors of another embedder are not compared; their chunks are found by words until the next sync embeds them again.',
  ],
  exits: EMBEDS,
  examples: [
    SEARCH_EXAMPLE,
    {
      about: 'Search with two roles, for a program',
      command: ['gemini-sync-bridge kb search --tenant acme --role support --role admin refunds --json'],
    },
  ],
};

export const KB_CONVERT: Documentation = {
  summary: 'store embeddings as vectors of pgvector',
  description: [
    'Changes the column kb_chunks.embedding from bytes to vector(1536), in one transaction. It is for a Postgres database in which pgvector was installed after `migrate`; `doctor` says whether it is. Other programs wait for its end. Restart servers afterwards.',
  ],
  exits: {
    ...DATABASE_COMMAND,
    ...generalExits('interrupted', 'terminated'),
    configuration: 'the database has no pgvector, or the environment or the schema is wrong',
  },
  examples: [{ about: 'Convert all embeddings', command: ['gemini-sync-bridge kb convert-embeddings'] }],
};
