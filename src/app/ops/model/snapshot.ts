import { Type } from 'typebox';
import { appSchema } from './app.ts';
import { connectorSchema } from './connector.ts';
import { knowledgeSourceSchema } from './knowledge-source.ts';
import { runSchema } from './run.ts';
import { count, listOf, moment, orNull, text, type Of } from './values.ts';

const byStatus = Type.Object(
  { RUNNING: count, SUCCESS: count, HELD: count, PARTIAL: count, FAILED: count, DRY_RUN: count },
  { additionalProperties: false },
);
const byState = Type.Object(
  {
    failing: count,
    stalled: count,
    held: count,
    partial: count,
    late: count,
    running: count,
    never_run: count,
    ok: count,
  },
  { additionalProperties: false },
);

const brokenFileSchema = Type.Object(
  { file: text, line: Type.Integer(), path: text, message: text, fix: text },
  { additionalProperties: false },
);
export type BrokenFile = Of<typeof brokenFileSchema>;

export const snapshotSchema = Type.Object(
  {
    generated_at: moment,
    window: Type.Object({ hours: Type.Integer(), since: moment }, { additionalProperties: false }),
    totals: Type.Object(
      {
        runs: Type.Integer({
          minimum: 0,
          description: 'Runs that started within the window, of any status.',
        }),
        by_status: byStatus,
        success_rate: orNull(
          Type.Number({ minimum: 0, maximum: 1 }),
          'SUCCESS among the runs of the window that ended, dry runs left out; null if there is none.',
        ),
        connectors: count,
        by_state: byState,
        broken_files: Type.Integer({
          minimum: 0,
          description:
            'Files with at least one problem; each problem is listed in `broken_files` beside this.',
        }),
        held_deletes: count,
        pending: Type.Object({ batches: count, events: count }, { additionalProperties: false }),
      },
      { additionalProperties: false },
    ),
    connectors: listOf(connectorSchema, 'Those that need attention first, then by name.'),
    knowledge_sources: listOf(knowledgeSourceSchema, 'Those that need attention first, then by title.'),
    apps: listOf(appSchema, 'Those that need attention first, then by key.'),
    broken_files: listOf(
      brokenFileSchema,
      'What is wrong in the folder of connectors; no run of these can start.',
    ),
    runs: Type.Object(
      {
        items: listOf(runSchema, 'Newest first.'),
        total: Type.Integer({ minimum: 0, description: 'As many as there are with these filters.' }),
        limit: count,
        offset: count,
      },
      { additionalProperties: false },
    ),
  },
  {
    additionalProperties: false,
    description: 'Connectors, knowledge sources and apps, and a page of runs of one of these kinds.',
  },
);
export type OpsSnapshot = Of<typeof snapshotSchema>;
