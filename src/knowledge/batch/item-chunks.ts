import { BridgeError } from '../../core/errors.ts';
import type { Logger } from '../../core/log.ts';
import { parsePath, type FieldPath } from '../../core/text/field-path.ts';
import type { KnowledgeConfig } from '../../definitions/knowledge-source/types.ts';
import {
  compileUriTemplate,
  TemplateSyntaxError,
  type CompiledTemplate,
} from '../../definitions/templates/templates.ts';
import { plainText, valueAtPath } from '../../json/path.ts';
import { isString, type Span } from '../../json/scan.ts';
import { parseForTemplate } from '../../pipeline/json/json-value.ts';
import { chunkText } from '../chunks/chunk-text.ts';
import { contentHash } from '../chunks/content-hash.ts';
import { itemText, textFieldPaths } from '../items/item-text.ts';
import { DOCUMENT_TITLE_CHARACTERS_MAX, ITEM_ID_CHARACTERS_MAX } from '../limits.ts';
import { invalidSource } from '../source/source.ts';

/** The document of one item, if each item has its own. */
export interface ItemDocument {
  readonly itemId: string;
  readonly title: string;
  readonly uri: string | null;
}

/** A chunk of a page, before it is known whether it is stored already. */
export interface PageChunk {
  readonly hash: string;
  readonly text: string;
  /** The position of the item in the listing, from 0. */
  readonly itemIndex: number;
  /** Null in a daily document. */
  readonly document: ItemDocument | null;
}

/**
 * Cuts the items of a page into chunks; a chunk never has text of two items. Equal texts are one chunk, of the first item that has
 * it.
 * @param itemsBefore the number of items on the pages of this pass before
 * @throws BridgeError SOURCE_ANSWER_INVALID for an item without an id, KNOWLEDGE_SOURCE_INVALID for a template that is not valid
 */
export async function chunksOfPage(
  { bytes, items }: { readonly bytes: Buffer; readonly items: readonly Span[] },
  { config, title, itemsBefore, log }: ChunkContext,
): Promise<readonly PageChunk[]> {
  const paths = textFieldPaths(config.textFields);
  const documentOf = itemDocuments(config, title, log);
  const chunks = new Map<string, PageChunk>();
  for (const [index, item] of items.entries()) {
    const document = documentOf(bytes, item, index);
    for (const { text } of await chunkText(itemText(bytes, item.start, paths))) {
      const hash = contentHash(text);
      if (!chunks.has(hash)) chunks.set(hash, { hash, text, itemIndex: itemsBefore + index, document });
    }
  }
  return [...chunks.values()];
}

interface ChunkContext {
  readonly config: KnowledgeConfig;
  /** The title of the source. */
  readonly title: string;
  readonly itemsBefore: number;
  readonly log: Logger;
}

function itemDocuments(
  { idField, titleField, uriTemplate }: KnowledgeConfig,
  sourceTitle: string,
  log: Logger,
): (bytes: Buffer, item: Span, index: number) => ItemDocument | null {
  if (idField === undefined || idField === null) return () => null;
  const idPath = parsePath(idField);
  const titlePath = titleField === undefined || titleField === null ? undefined : parsePath(titleField);
  const template = uriTemplate === undefined || uriTemplate === null ? undefined : compiled(uriTemplate);
  return (bytes, item, index) => {
    const itemId = fieldText(bytes, item, idPath);
    if (itemId === undefined || itemId.length > ITEM_ID_CHARACTERS_MAX)
      throw new BridgeError(
        'SOURCE_ANSWER_INVALID',
        `Item ${index + 1} of the page has no text or number of at most ${ITEM_ID_CHARACTERS_MAX} characters at ${idField}, which config.idField names. Nothing was stored.`,
        {
          hint: 'Set config.idField to a field that every item has, or leave it out for one document per day.',
        },
      );
    const own = titlePath && fieldText(bytes, item, titlePath);
    return {
      itemId,
      title: storableText((own ?? `${sourceTitle} — ${itemId}`).slice(0, DOCUMENT_TITLE_CHARACTERS_MAX)),
      uri: template === undefined ? null : uriOf(template, bytes, item, { itemId, log }),
    };
  };
}

/** @throws BridgeError KNOWLEDGE_SOURCE_INVALID */
function compiled(template: string): CompiledTemplate {
  try {
    return compileUriTemplate(template);
  } catch (thrown) {
    if (!(thrown instanceof TemplateSyntaxError)) throw thrown;
    throw invalidSource(`config.uriTemplate is not a valid template: ${thrown.message}.`, thrown);
  }
}

/** A document without a link is better than a batch that fails, so an item without the fields of the link has none. */
function uriOf(
  template: CompiledTemplate,
  bytes: Buffer,
  { start, end }: Span,
  { itemId, log }: { itemId: string; log: Logger },
): string | null {
  try {
    const item = parseForTemplate(bytes.toString('utf8', start, end));
    const uri = template.render(isRecord(item) ? item : {});
    return uri === '' ? null : storableText(uri);
  } catch (thrown) {
    if (thrown instanceof BridgeError) throw thrown;
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    log.warn('an item has no link, because config.uriTemplate cannot be filled', { item: itemId, reason });
    return null;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The text of a string, or a number as it is written; undefined for anything else, and for an empty string. */
function fieldText(bytes: Buffer, { start }: Span, path: FieldPath): string | undefined {
  const value = valueAtPath(bytes, start, path);
  if (value === undefined) return undefined;
  const text = storableText(plainText(bytes, value));
  return (isString(bytes, value.start) ? text !== '' : /^-?\d/.test(text)) ? text : undefined;
}

/** No database stores a NUL character or a lone surrogate in text. */
function storableText(text: string): string {
  return text.replaceAll('\0', '\uFFFD').toWellFormed();
}
