import type { Principals } from '../pipeline/acl.ts';
import type { ByteWriter } from '../pipeline/byte-writer.ts';
import type { DocumentRenderer } from '../pipeline/document.ts';
import type { RecordFormat } from '../pipeline/job.ts';
import { apiDocumentId } from './document-id.ts';

/**
 * Documents as Discovery Engine's `Document` (import with `dataSchema: document`): one line of JSON,
 *
 *     {"id":…,"structData":{"doc_id":…,"title":…,"uri":…,"metadata":{…}},"content":{"mimeType":…,"rawBytes":…},"aclInfo":…}
 *
 * Values that the canonical line has as JSON already are copied from it as bytes.
 */
export const discoveryRecords: RecordFormat = {
  upsert(document, docId, out) {
    const { line, title, uri, metadata, content } = document;
    out.latin1(`{"id":"${apiDocumentId(docId)}","structData":{"doc_id":`);
    out.utf8(JSON.stringify(docId));
    out.latin1(',"title":');
    out.raw(line.bytes, title.start, title.end);
    out.latin1(',"uri":');
    out.raw(line.bytes, uri.start, uri.end);
    out.latin1(',"metadata":');
    out.raw(line.bytes, metadata.start, metadata.end);
    out.latin1(`},"content":{"mimeType":${JSON.stringify(document.mimeType)},"rawBytes":"`);
    out.latin1(content.bytes.toString('base64', 0, content.length));
    out.latin1('"}');
    writeAcl(document, out);
    out.latin1('}\n');
  },
  deletion: apiDocumentId,
};

/** All principals stand in one entry of `readers`: entries are combined with AND, principals within one with OR. */
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
