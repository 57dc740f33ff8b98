import type { ContentConfig } from '../definitions/connector/types.ts';
import type { Principals } from '../pipeline/readers/acl.ts';
import { hasText } from '../pipeline/bytes/blank-text.ts';
import type { ByteWriter } from '../pipeline/bytes/byte-writer.ts';
import type { DocumentRenderer, Span } from '../pipeline/document/document.ts';
import type { RecordFormat } from '../pipeline/ports/job.ts';
import type { RecordStep } from '../pipeline/ports/record-step.ts';
import { apiDocumentId } from './delivery/document-id.ts';
import { DISCOVERY_DOCUMENT_ID_LENGTH_MAX } from './limits.ts';

const JSON_DATA = '","jsonData":"{\\"doc_id\\":';
const TITLE = ',\\"title\\":';
const URI = ',\\"uri\\":';
const METADATA = ',\\"metadata\\":';
const CONTENT = ',\\"content\\":';
const READERS = {
  before: ',"aclInfo":{"readers":[{"principals":[',
  group: '{"groupId":',
  user: '{"userId":',
  after: ']}]}',
};

/** The form of documents that the data store requires. */
export interface RecordShape {
  readonly contentConfig: ContentConfig;
}

/**
 * Writes documents as Discovery Engine's `Document` (import with `dataSchema: document`): one line of JSON,
 *
 *     {"id":…,"jsonData":"…","content":{"mimeType":…,"rawBytes":…},"aclInfo":…}
 *
 * where `jsonData` is a string that contains `{"doc_id":…,"title":…,"uri":…,"metadata":{…}}`; `uri` is optional.
 * The alternative field, `structData`, supports only doubles, which would round 64-bit integers. A data store of
 * NO_CONTENT refuses `content`. Its documents have the text as `"content":"…"` inside `jsonData`, so that it is searchable.
 * Other data stores refuse a document without content, so a document without text gets its title as content.
 *
 * Values that the canonical line already has as JSON are copied from it as bytes.
 */
export function discoveryRecords({ contentConfig }: RecordShape): RecordFormat {
  const writeContent = contentConfig === 'NO_CONTENT' ? endOfTextInData : endOfDataAndContent;
  return {
    upsert(document, docId, out) {
      out.latin1(`{"id":"${apiDocumentId(docId)}${JSON_DATA}`);
      writeInside(document, document.docId, out);
      out.latin1(TITLE);
      writeInside(document, document.title, out);
      if (document.uri.end > document.uri.start) {
        out.latin1(URI);
        writeInside(document, document.uri, out);
      }
      out.latin1(METADATA);
      writeInside(document, document.metadata, out);
      writeContent(document, out);
      writeAcl(document, out);
      out.latin1('}\n');
    },
    deletion: apiDocumentId,
    steps: stepsOf(contentConfig),
  };
}

/** The same record as `upsert` writes, except for documents without text. */
function stepsOf(contentConfig: ContentConfig): readonly RecordStep[] {
  const end: readonly RecordStep[] =
    contentConfig === 'NO_CONTENT'
      ? [{ jsonInString: 'content', before: CONTENT }, { literal: '}"' }]
      : [
          { literal: '}","content":{"mimeType":' },
          { mimeType: true },
          { literal: ',"rawBytes":"' },
          { base64: 'content' },
          { literal: '"}' },
        ];
  return [
    { literal: '{"id":"' },
    { readableId: DISCOVERY_DOCUMENT_ID_LENGTH_MAX },
    { jsonInString: 'docId', before: JSON_DATA },
    { jsonInString: 'title', before: TITLE },
    { jsonInString: 'uri', before: URI },
    { jsonInString: 'metadata', before: METADATA },
    ...end,
    { readers: READERS },
    { literal: '}\n' },
  ];
}

/** Writes JSON of the canonical line as a part of the string `jsonData`, so it is escaped a second time. */
function writeInside({ line }: DocumentRenderer, { start, end }: Span, out: ByteWriter): void {
  out.escaped(line.bytes, start, end);
}

function endOfTextInData(document: DocumentRenderer, out: ByteWriter): void {
  out.latin1(CONTENT);
  writeInside(document, document.contentJson, out);
  out.latin1('}"');
}

function endOfDataAndContent(document: DocumentRenderer, out: ByteWriter): void {
  const { mimeType, content } = document;
  if (!hasText(content)) {
    const title = Buffer.from(titleOf(document)).toString('base64');
    out.latin1(`}","content":{"mimeType":"text/plain","rawBytes":"${title}"}`);
    return;
  }
  out.utf8(`}","content":{"mimeType":${JSON.stringify(mimeType)},"rawBytes":"`);
  out.latin1(content.bytes.toString('base64', 0, content.length));
  out.latin1('"}');
}

function titleOf({ line, title }: DocumentRenderer): string {
  return String(JSON.parse(line.bytes.toString('utf8', title.start, title.end)));
}

/** All principals are in one entry of `readers`: entries are combined with AND, principals within one with OR. */
function writeAcl({ users, groups }: DocumentRenderer, out: ByteWriter): void {
  if (users.count + groups.count === 0) return;
  out.latin1(READERS.before);
  writePrincipals(groups, READERS.group, out);
  if (users.count > 0 && groups.count > 0) out.latin1(',');
  writePrincipals(users, READERS.user, out);
  out.latin1(READERS.after);
}

function writePrincipals({ json, ends }: Principals, opening: string, out: ByteWriter): void {
  let start = 1;
  for (const end of ends) {
    if (start > 1) out.latin1(',');
    out.latin1(opening);
    out.raw(json, start, end);
    out.latin1('}');
    start = end + 1;
  }
}
