/**
 * What documents lack that a run sent: added, changed, or sent anyway. Each count is absent if it would be 0, or where a
 * run of an older version did not count.
 */
export interface DataQuality {
  /** Documents with an empty title. */
  readonly untitled?: number;
  /** Documents with empty content. */
  readonly empty?: number;
  /** Documents without a link, where the mapping makes links. */
  readonly unlinked?: number;
}
