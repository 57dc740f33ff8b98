/** Why a row was quarantined. The codes are stable, because `quarantine.ndjson` and reports contain them. */
type QuarantineCode =
  | 'ID_MISSING'
  | 'ID_INVALID'
  | 'ID_TOO_LONG'
  | 'TEMPLATE_VARIABLE_MISSING'
  | 'TEMPLATE_FAILED'
  | 'URI_INVALID'
  | 'CONTENT_EMPTY'
  | 'NUL_CHARACTER'
  | 'INVALID_UTF8'
  | 'JSON_INVALID'
  | 'CONTENT_TOO_LARGE'
  | 'DOCUMENT_TOO_LARGE'
  | 'ROW_TOO_LARGE'
  | 'ACL_EMPTY'
  | 'ACL_UNREADABLE'
  | 'ACL_NOT_KEPT'
  | 'ACL_TOO_LARGE';

export interface Rejection {
  readonly code: QuarantineCode;
  readonly reason: string;
  /** The row does not say who may read it, so its document must not keep its old readers. */
  readonly revokes?: true;
}
