import { Type, type Static } from 'typebox';
import type { CatalogDetail, CatalogPage } from '../../../app/studio/catalog/studio-catalog.ts';
import type { CountedEntry } from '../../../app/studio/catalog/entry.ts';
import { runSchema } from '../../../app/ops/model/run.ts';
import { STATES_BY_NEED } from '../../../app/ops/model/connector.ts';
import { count, moment, orNull, text } from '../../../app/ops/model/values.ts';

const problemSchema = Type.Object(
  {
    line: orNull(Type.Integer({ minimum: 1 }), 'Null if the file as a whole is meant.'),
    path: text,
    message: text,
    fix: text,
  },
  { additionalProperties: false },
);

const entryProperties = {
  connector_id: Type.String({ description: 'Name of the connector; of an unreadable file, its name.' }),
  file: text,
  description: orNull(text, 'As in the file.'),
  mode: orNull(text, 'sql_pull, rest_pull, rest_push or file_pull; null if a broken file does not say it.'),
  source_type: orNull(text, 'Such as postgres.'),
  schedule: orNull(text, 'Cron expression of five fields, in `time_zone`.'),
  time_zone: orNull(text, 'IANA name; null without a schedule.'),
  next_due_at: orNull(moment, 'The next start by the schedule; null while paused.'),
  paused: Type.Boolean({ description: '`spec.paused` of the file: the schedule starts no runs.' }),
  state: Type.Enum(['broken', ...STATES_BY_NEED] as const, {
    description: 'As in Ops; `broken`: the file has errors.',
  }),
  last_run: orNull(runSchema, 'The run that began last.'),
  documents: orNull(count, 'Documents that the state knows in the data store; null for a broken file.'),
  open_proposal: orNull(
    Type.Object(
      { id: text, action: text, state: text, url: orNull(text, 'Address of the pull request.') },
      { additionalProperties: false },
    ),
    'A proposed change that is not decided yet.',
  ),
  problems: Type.Array(problemSchema),
};

export const catalogSchema = Type.Object(
  {
    generated_at: moment,
    connectors: Type.Array(Type.Object(entryProperties, { additionalProperties: false })),
    found: Type.Integer({ minimum: 0, description: 'Connectors that the filters select, on all pages.' }),
    total: Type.Integer({ minimum: 0 }),
    page: Type.Integer({ minimum: 1 }),
    pages: Type.Integer({ minimum: 1 }),
    folder_problems: Type.Array(text, { description: 'Why the folder of connectors cannot be read.' }),
  },
  { additionalProperties: false, description: 'One page of the connectors in the folder.' },
);

export const connectorSchema = Type.Object(
  {
    ...entryProperties,
    generated_at: moment,
    yaml: Type.String({ description: 'The text of the file.' }),
    explained: orNull(text, 'The text with its preset filled in; null if it has none.'),
  },
  { additionalProperties: false, description: 'One connector with the text of its file.' },
);

export function catalogAnswer(page: CatalogPage): Static<typeof catalogSchema> {
  const { generatedAt, entries, found, total, pages, folderProblems } = page;
  return {
    generated_at: generatedAt,
    connectors: entries.map(entryAnswer),
    found,
    total,
    page: page.page,
    pages,
    folder_problems: folderProblems.map(({ place, message }) => `${place.file}: ${message}`),
  };
}

export function connectorAnswer(detail: CatalogDetail): Static<typeof connectorSchema> {
  const { generatedAt, yaml, explained } = detail;
  return { ...entryAnswer(detail), generated_at: generatedAt, yaml, explained };
}

function entryAnswer(entry: CountedEntry) {
  const { openProposal } = entry;
  return {
    connector_id: entry.id,
    file: entry.file,
    description: entry.description,
    mode: entry.mode,
    source_type: entry.sourceType,
    schedule: entry.schedule,
    time_zone: entry.timeZone,
    next_due_at: entry.nextDueAt,
    paused: entry.paused,
    state: entry.state,
    last_run: entry.lastRun,
    documents: entry.documents,
    open_proposal: openProposal && {
      id: openProposal.id,
      action: openProposal.action,
      state: openProposal.state,
      url: openProposal.pull?.url ?? null,
    },
    problems: entry.problems.map(({ place, subject, message, fix }) => ({
      line: place.line ?? null,
      path: subject,
      message,
      fix,
    })),
  };
}
