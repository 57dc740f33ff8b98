/** The rows of a listing whose watermark is in the source's future. */
export interface RowsAhead {
  readonly rows: number;
  /** The latest watermark, as the source writes it. */
  readonly highest: string;
}
