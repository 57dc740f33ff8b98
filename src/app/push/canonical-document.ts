/** The values of a document, each as canonical JSON. */
interface DocumentValues {
  /** Undefined for a document that all may read. */
  readonly acl: { readonly users: string; readonly groups: string } | undefined;
  readonly content: string;
  readonly docId: string;
  readonly metadata: string;
  readonly mimeType: string;
  readonly title: string;
  readonly updatedAt: string;
  readonly uri: string;
}

/** A document as it stands in the queue: canonical JSON. */
export function canonicalDocument(values: DocumentValues): string {
  const { before, after } = aroundContent(values);
  return before + values.content + after;
}

/** The two parts of a document between which its content stands. */
export function aroundContent(values: Omit<DocumentValues, 'content'>): { before: string; after: string } {
  const { acl, docId, metadata, mimeType, title, updatedAt, uri } = values;
  const readers = acl === undefined ? '' : `"acl_groups":${acl.groups},"acl_users":${acl.users},`;
  const facts = `"doc_id":${docId},"metadata":${metadata},"mime_type":${mimeType}`;
  return {
    before: `{${readers}"content":`,
    after: `,${facts},"title":${title},"updated_at":${updatedAt},"uri":${uri}}`,
  };
}
