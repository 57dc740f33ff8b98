import { Type } from 'typebox';
import { runSchema } from './run.ts';
import { count, moment, orNull, text, type Of } from './values.ts';

/** The states by urgency, most urgent first; the pages use the same order. */
export const SOURCE_STATES = [
  'unusable',
  'failing',
  'held',
  'partial',
  'running',
  'unfinished',
  'never_synced',
  'ok',
] as const;

export const knowledgeSourceSchema = Type.Object(
  {
    source_id: Type.String({ description: '`kb_sources.id`' }),
    name: orNull(text, 'The name in its YAML file; null for a source of another program.'),
    title: text,
    tenant_id: text,
    base_url: orNull(text, 'The address of the API, without secrets.'),
    state: Type.Enum(SOURCE_STATES, { description: 'Most urgent state first; docs/ops.md explains each.' }),
    problem: orNull(text, 'Why it cannot be used, why the last page failed, or why deletes are withheld.'),
    next_cursor: orNull(text, 'Null before the first page of a pass and after its last one.'),
    pages: count,
    items: count,
    last_http_status: orNull(Type.Integer(), 'Of the last page.'),
    last_synced_at: orNull(moment, 'When the last page was read.'),
    held_deletes: count,
    set_aside: Type.Integer({ minimum: 0, description: 'Texts that the embedding API refuses.' }),
    chunks: count,
    documents: count,
    embedder: orNull(text, 'What made the vectors of its chunks.'),
    last_run: orNull(runSchema, 'The last run of `kb sync`; pages that the server reads are not runs.'),
    commands: Type.Object(
      { sync: text, release_deletes: orNull(text, 'The same, with the withheld deletes released.') },
      { additionalProperties: false, description: 'For a shell.' },
    ),
  },
  { additionalProperties: false, description: 'A knowledge source.' },
);
export type OpsKnowledgeSource = Of<typeof knowledgeSourceSchema>;
