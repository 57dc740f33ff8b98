import type { ContentConfig } from '../definitions/connector/types.ts';
import type { Principals } from '../pipeline/readers/acl.ts';
import { hasText } from '../pipeline/bytes/blank-text.ts';
import type { ByteWriter } from '../pipeline/bytes/byte-writer.ts';
import type { DocumentRenderer, Span } from '../pipeline/document/document.ts';
import type { RecordFormat } from '../pipeline/ports/job.ts';
import { apiDocumentId } from './delivery/document-id.ts';

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
      out.latin1(`{"id":"${apiDocumentId(docId)}","jsonData":"{\\"doc_id\\":`);
      writeInside(document, document.docId, out);
      out.latin1(',\\"title\\":');
      writeInside(document, document.title, out);
      if (document.uri.end > document.uri.start) {
        out.latin1(',\\"uri\\":');
        writeInside(document, document.uri, out);
      }
      out.latin1(',\\"metadata\\":');
      writeInside(document, document.metadata, out);
      writeContent(document, out);
      writeAcl(document, out);
      out.latin1('}\n');
    },
    deletion: apiDocumentId,
  };
}

/** Writes JSON of the canonical line as a part of the string `jsonData`, so it is escaped a second time. */
function writeInside({ line }: DocumentRenderer, { start, end }: Span, out: ByteWriter): void {
  out.escaped(line.bytes, start, end);
}

function endOfTextInData(document: DocumentRenderer, out: ByteWriter): void {
  out.latin1(',\\"content\\":');
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
  out.latin1(',"aclInfo":{"readers":[{"principals":[');
  writePrincipals(groups, '{"groupId":', out);
  if (users.count > 0 && groups.count > 0) out.latin1(',');
  writePrincipals(users, '{"userId":', out);
  out.latin1(']}]}');
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
