import { Type } from 'typebox';
import { freshnessSchema, scheduleProperties, stateSchema } from './connector.ts';
import { runSchema } from './run.ts';
import { count, moment, orNull, seconds, text, type Of } from './values.ts';

export const appSchema = Type.Object(
  {
    app_key: text,
    file: orNull(text, 'Null for an app that was synced and has no valid file now.'),
    ...scheduleProperties,
    state: stateSchema,
    last_run: orNull(runSchema, 'The sync that began last.'),
    previous_run: orNull(runSchema, 'While that sync is in progress: the one that ended before it.'),
    last_success_at: orNull(moment, 'When the last sync of status SUCCESS ended.'),
    freshness: freshnessSchema,
    usual_seconds: orNull(seconds, 'How long the last sync took that stored something.'),
    held_deletes: orNull(count, 'Withheld by that sync.'),
    errors: orNull(count, 'Records that could not be stored, and failures of collections, of that sync.'),
    commands: Type.Object(
      {
        sync: text,
        release_deletes: orNull(text, 'A full sync with the withheld deletes released.'),
      },
      { additionalProperties: false, description: 'For a shell.' },
    ),
  },
  { additionalProperties: false, description: 'An app whose collections are synced.' },
);
export type OpsApp = Of<typeof appSchema>;
