import type { FilePlace } from '../core/finding.ts';

/** The kind of a problem; stable, so that a tool can count or ignore it. */
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
  | 'probe_of_delta'
  | 'probe_watermark'
  | 'full_listing_unused'
  | 'connections_of_delta'
  | 'watermark_nulls_lost'
  | 'field_twice'
  | 'pagination_twice'
  | 'auth_twice'
  | 'template_syntax'
  | 'field_not_selected'
  | 'uri_invalid'
  | 'acl_contradiction'
  | 'location_unknown'
  | 'mime_type_not_taken'
  | 'schedule_invalid'
  | 'schedule_missing'
  | 'time_zone_unknown'
  | 'secret_in_file'
  | 'secret_name'
  | 'secret_missing'
  | 'secret_ambiguous'
  | 'secret_unused'
  | 'secret_in_clear'
  | 'policy_refused'
  | 'preset_unknown'
  | 'preset_unfit'
  | 'duplicate_name'
  | 'shared_output'
  | 'too_many_files'
  | 'more_problems';

/** A finding in the file of a definition. A warning never causes a failure. */
export interface Problem {
  readonly status: 'warn' | 'fail';
  readonly code: ProblemCode;
  readonly place: FilePlace;
  /** The field: `spec.source.query`, `spec.mapping.metadataFields[2]`; empty for the file as a whole. */
  readonly subject: string;
  /** A sentence that states the problem. */
  readonly message: string;
  /** The text to write, which follows after "Write: ". */
  readonly fix: string;
}

/** A finding about a field, before its place in the file is known. */
export interface FieldFinding extends Pick<Problem, 'code' | 'message' | 'fix'> {
  /** `fail` by default. */
  readonly status?: Problem['status'];
  /** The same path as the subject of a problem. */
  readonly path: string;
  /** Line inside a text of several lines, from 1. */
  readonly lineInText?: number;
}

/** Combines a finding about a field with its place. */
export function problemAt(place: FilePlace, finding: FieldFinding): Problem {
  const { status = 'fail', code, path, message, fix } = finding;
  return { status, code, place, subject: path, message, fix };
}

export type Segment = string | number;

/** Formats a path in a file for display: `spec.mapping.idField[0]`, `metadata.labels["a.b"]`. */
export function displayPath(segments: readonly Segment[]): string {
  return segments.reduce<string>((path, segment) => {
    if (typeof segment === 'number') return `${path}[${segment}]`;
    if (!/^[\p{L}_$][\p{L}\p{N}_$-]*$/u.test(segment)) return `${path}[${JSON.stringify(segment)}]`;
    return path === '' ? segment : `${path}.${segment}`;
  }, '');
}

/** Formats the place of a problem for display: `file:line`, or the file alone if the line is unknown. */
export function placeText({ file, line }: FilePlace): string {
  return line === undefined ? file : `${file}:${line}`;
}

/** Formats a problem as one line, for the message of an error. */
export function problemLine({ place, subject, message, fix }: Problem): string {
  return `${placeText(place)}: ${subject === '' ? '' : `${subject}: `}${message} Write: ${fix}`;
}
