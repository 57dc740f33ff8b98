/** A reason why Kestra would not accept the flow of a definition. */
export interface KestraProblem {
  /** The file of the definition. */
  readonly file: string;
  /** The field in the file, such as `spec.schedule`; empty if the problem is the path of the file. */
  readonly field: string;
  /** A sentence. */
  readonly message: string;
  /** What to do about it: a sentence. */
  readonly fix: string;
}
