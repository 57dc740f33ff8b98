import { Type } from 'typebox';
import { connectorSchema } from './connector.ts';
import { runSchema } from './run.ts';
import { count, linkSchema, listOf, moment, orNull, text, type Of } from './values.ts';

const factsSchema = Type.Object(
  {
    description: orNull(text, 'The description in the connector file.'),
    labels: Type.Record(Type.String(), Type.String()),
    source_type: text,
    secret_ref: orNull(text, 'The name of the secret, never its value.'),
    delta: Type.Boolean({ description: 'Whether runs ask for what changed, and so cannot see deletes.' }),
    target: text,
    bucket: text,
    prefix: text,
    access_control: Type.Enum(['required', 'off'] as const),
    delete_policy: text,
    delete_limit: Type.Object({ count, ratio: Type.Number() }, { additionalProperties: false }),
  },
  { additionalProperties: false },
);

export type ConnectorFacts = Of<typeof factsSchema>;

const pushSchema = Type.Object(
  {
    push_run_id: text,
    received_at: moment,
    pushed_by: orNull(text, 'Name of the key; null for pushes to older versions.'),
    accepted: count,
    rejected: count,
    waiting: Type.Integer({ minimum: 0, description: 'Events that no run has delivered yet.' }),
    refused_for: listOf(text, 'Codes of refused events, each once.'),
  },
  { additionalProperties: false },
);
export type OpsPush = Of<typeof pushSchema>;

const refusedPushesSchema = Type.Object(
  {
    pushed_by: Type.String({ description: 'Name of the key.' }),
    code: Type.String({ description: 'Why the first event of these pushes was refused.' }),
    reason: Type.String({ description: 'The same in words, of the last push.' }),
    pushes: count,
    events: count,
    first_at: moment,
    last_at: moment,
  },
  { additionalProperties: false },
);
export type OpsRefusedPushes = Of<typeof refusedPushesSchema>;

export const connectorDetailSchema = Type.Object(
  {
    generated_at: moment,
    connector: connectorSchema,
    facts: orNull(factsSchema, 'What the file says; null for a connector without a valid file.'),
    pushes: orNull(
      Type.Object(
        {
          path: Type.String({ description: 'Where producers push to, on this server.' }),
          url: orNull(
            text,
            'The same with the address of this server: `PUBLIC_URL`, or that of the request.',
          ),
          newest: listOf(
            pushSchema,
            'The newest 10, newest first. Delivered pushes are forgotten after some time.',
          ),
          refused: listOf(
            refusedPushesSchema,
            'Pushes of which every event was refused, by key and code; the 20 newest, newest first. Each is forgotten 72 hours after its last push.',
          ),
        },
        { additionalProperties: false },
      ),
      'Null for a connector that takes no pushes.',
    ),
    history: listOf(runSchema, 'The newest runs, newest first.'),
    links: listOf(linkSchema, 'About the last run.'),
    commands: Type.Object(
      {
        run: orNull(text, 'Runs the connector.'),
        release_deletes: orNull(text, 'The same, with the withheld deletes released.'),
      },
      { additionalProperties: false, description: 'For a shell; null for a connector without a file.' },
    ),
  },
  { additionalProperties: false, description: 'The connector.' },
);
export type OpsConnectorDetail = Of<typeof connectorDetailSchema>;
