/**
 * What is missing from the documents that a run sent: added, changed, or resent. Each count is absent if it would be 0, or if a
 * run of an older version did not count it.
 */
export interface DataQuality {
  /** Documents with an empty title. */
  readonly untitled?: number;
  /** Documents with empty content. */
  readonly empty?: number;
  /** Documents without a link, where the mapping makes links. */
  readonly unlinked?: number;
}
