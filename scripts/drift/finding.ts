/** A place of the repository that differs from the program. A finding of the kind `drift`, always with its place. */
export interface PlacedDrift {
  readonly status: 'drift';
  /** The kind of thing, such as `flag`. */
  readonly subject: string;
  readonly message: string;
  readonly fix: string;
  readonly place: { readonly file: string; readonly line: number };
}

export function driftAt(
  { file, line }: PlacedDrift['place'],
  subject: string,
  { message, fix }: Pick<PlacedDrift, 'message' | 'fix'>,
): PlacedDrift {
  return { status: 'drift', subject, message, fix, place: { file, line } };
}
