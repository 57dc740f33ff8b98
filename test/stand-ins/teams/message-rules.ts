import { Ajv } from 'ajv';

/** A message as it is taken. */
export interface TeamsMessage {
  readonly type: 'message';
  readonly attachments: readonly [{ readonly contentType: string; readonly content: AdaptiveCard }];
}

interface AdaptiveCard {
  readonly type: 'AdaptiveCard';
  readonly version: string;
  readonly body: readonly CardElement[];
  readonly actions?: readonly { readonly type: string; readonly title: string; readonly url: string }[];
}

interface CardElement {
  readonly type: string;
  readonly inlines: readonly { readonly text: string }[];
}

const COLORS = ['Default', 'Dark', 'Light', 'Accent', 'Good', 'Warning', 'Attention'];

/** As much of the schema of Adaptive Cards 1.5 as is used here, and nothing beside it: an unknown element is a mistake. */
const object = (properties: Readonly<Record<string, unknown>>, ...required: readonly string[]) => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
});

const textRun = object(
  {
    type: { const: 'TextRun' },
    text: { type: 'string', minLength: 1 },
    weight: { enum: ['Lighter', 'Default', 'Bolder'] },
    size: { enum: ['Small', 'Default', 'Medium', 'Large', 'ExtraLarge'] },
    color: { enum: COLORS },
    isSubtle: { type: 'boolean' },
  },
  'type',
  'text',
);

const richTextBlock = object(
  { type: { const: 'RichTextBlock' }, inlines: { type: 'array', items: textRun, minItems: 1 } },
  'type',
  'inlines',
);

const openUrl = object(
  {
    type: { const: 'Action.OpenUrl' },
    title: { type: 'string', minLength: 1 },
    url: { type: 'string', pattern: '^https?://' },
  },
  'type',
  'title',
  'url',
);

const card = object(
  {
    $schema: { const: 'http://adaptivecards.io/schemas/adaptive-card.json' },
    type: { const: 'AdaptiveCard' },
    // Teams shows no newer ones.
    version: { enum: ['1.0', '1.1', '1.2', '1.3', '1.4', '1.5'] },
    body: { type: 'array', items: richTextBlock, minItems: 1 },
    actions: { type: 'array', items: openUrl, maxItems: 6 },
  },
  'type',
  'version',
  'body',
);

const attachment = object(
  {
    contentType: { const: 'application/vnd.microsoft.card.adaptive' },
    contentUrl: { type: 'null' },
    content: card,
  },
  'contentType',
  'content',
);

const isMessage = new Ajv({ allErrors: true }).compile(
  object(
    {
      type: { const: 'message' },
      attachments: { type: 'array', items: attachment, minItems: 1, maxItems: 1 },
    },
    'type',
    'attachments',
  ),
);

/** What is wrong with the body of a request; undefined: nothing. */
export function messageProblem(body: string): string | undefined {
  let message: unknown;
  try {
    message = JSON.parse(body);
  } catch {
    return 'It is no JSON.';
  }
  if (isMessage(message)) return undefined;
  return (isMessage.errors ?? [])
    .map(({ instancePath, message: what }) => `${instancePath} ${what}`)
    .join('; ');
}
