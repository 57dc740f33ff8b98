import type { Problem, Segment } from '../../problem.ts';

/** A problem of `validate`, with the field that it is about. */
export type FormProblem = Pick<Problem, 'status' | 'code' | 'subject' | 'message' | 'fix' | 'place'>;

/** `list`: one item in each line. `map`: `key=value` in each line. `yaml`: the YAML of a value that no other control can show. */
export type FormControl = 'text' | 'textarea' | 'number' | 'select' | 'list' | 'map' | 'yaml';

export interface FormField {
  /** The path as `validate` names it, such as `spec.source.query`; unique in the form. */
  readonly path: string;
  readonly segments: readonly Segment[];
  /** `Secret reference` for `secretRef`. */
  readonly label: string;
  /** The name of the mapping that the field belongs to, such as `OAuth`; empty for a mapping that has a section of its own. */
  readonly group: string;
  /** Text with `code` between backticks; empty for a key that the schema does not have. */
  readonly description: string;
  /** As the control would show them. */
  readonly examples: readonly string[];
  readonly control: FormControl;
  /** The values of a `select`, with the present one although it is wrong. An optional `select` may also be empty. */
  readonly options: readonly string[];
  readonly required: boolean;
  /** Whether the text has the key. */
  readonly present: boolean;
  /** The text in the control. Its line breaks are LF. */
  readonly value: string;
  /** What the schema accepts. */
  readonly types: readonly ('string' | 'integer' | 'number' | 'boolean' | 'array' | 'object')[];
  /** What the items of a list are. */
  readonly itemType: 'string' | 'integer';
  /** The present value. */
  readonly current: unknown;
  /** Whether the mode and the kind of source allow the key. One that they do not allow is shown only if it is present. */
  readonly applies: boolean;
  /** Whether the schema has the key. */
  readonly known: boolean;
  /** The line of the key, or of the nearest mapping that is present. */
  readonly line: number;
  readonly problems: readonly FormProblem[];
}

export interface FormSection {
  readonly id: string;
  readonly title: string;
  /** A sentence about the section. */
  readonly hint: string;
  readonly fields: readonly FormField[];
  /** Whether a field is required, present or has a problem. A section without any can be folded. */
  readonly isInUse: boolean;
}

/** A connector as a form. */
export interface FormModel {
  readonly sections: readonly FormSection[];
  /** The problems that belong to no field, such as those between files. */
  readonly otherProblems: readonly FormProblem[];
}
