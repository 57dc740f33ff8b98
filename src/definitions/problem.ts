/** What kind of problem it is; stable, so that a tool can count or ignore one. */
type ProblemCode =
  | 'file_unreadable'
  | 'file_too_large'
  | 'check_too_slow'
  | 'no_files'
  | 'not_text'
  | 'yaml_syntax'
  | 'yaml_tab'
  | 'yaml_empty'
  | 'yaml_documents'
  | 'yaml_alias'
  | 'yaml_key'
  | 'yaml_too_large'
  | 'duplicate_key'
  | 'not_a_mapping'
  | 'unknown_key'
  | 'removed_key'
  | 'misplaced_key'
  | 'missing_key'
  | 'wrong_type'
  | 'wrong_value'
  | 'duplicate_item'
  | 'delta_deletes'
  | 'watermark_field_missing'
  | 'watermark_lag_unused'
  | 'watermark_nulls_lost'
  | 'pagination_twice'
  | 'auth_twice'
  | 'template_syntax'
  | 'field_not_selected'
  | 'uri_invalid'
  | 'acl_contradiction'
  | 'mime_type_not_taken'
  | 'schedule_invalid'
  | 'secret_in_file'
  | 'secret_name'
  | 'secret_missing'
  | 'secret_ambiguous'
  | 'secret_unused'
  | 'secret_in_clear'
  | 'policy_refused'
  | 'duplicate_name'
  | 'shared_output'
  | 'too_many_files'
  | 'more_problems';

export interface Problem {
  /** A warning never fails anything. */
  readonly severity: 'error' | 'warning';
  readonly code: ProblemCode;
  /** As given on the command line. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1, in characters. */
  readonly column?: number;
  /** `spec.source.query`, `spec.mapping.metadataFields[2]`; empty for the file as a whole. */
  readonly path: string;
  /** What is wrong. */
  readonly message: string;
  /** What to write. */
  readonly fix: string;
}

/** A problem found in a value, before anybody knows in which line it is. */
export interface Finding extends Pick<Problem, 'code' | 'path' | 'message' | 'fix'> {
  readonly severity?: Problem['severity'];
  /** Line inside a text of several lines, from 1. */
  readonly lineInText?: number;
}

export type Segment = string | number;

/** How a place in a file is written for people: `spec.mapping.idField[0]`, `metadata.labels["a.b"]`. */
export function displayPath(segments: readonly Segment[]): string {
  return segments.reduce<string>((path, segment) => {
    if (typeof segment === 'number') return `${path}[${segment}]`;
    if (!/^[\p{L}_$][\p{L}\p{N}_$-]*$/u.test(segment)) return `${path}[${JSON.stringify(segment)}]`;
    return path === '' ? segment : `${path}.${segment}`;
  }, '');
}

/** A problem in one line, for the message of an error. */
export function problemLine({ file, line, path, message, fix }: Problem): string {
  return `${file}:${line}: ${path === '' ? '' : `${path}: `}${message} Write: ${fix}`;
}
