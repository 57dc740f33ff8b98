/** The values of these fields must not be quoted, because a user may have put a secret in the wrong place. */
const HIDDEN = [
  /(?:ref|url)$/i,
  /^spec\.(?:source\.|config\.)?(?:headers|headersTemplate|secretHeaders|payload|login\.payload|oauth\.parameters)/i,
  /^spec\.collections\[\d+\]\.(?:path|headers|payload|incremental\.(?:payload|events\.path))/i,
];

/** Whether a message may quote the value of a field. */
export function mayBeShown(path: string): boolean {
  return !HIDDEN.some((pattern) => pattern.test(path));
}
