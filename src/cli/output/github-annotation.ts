interface Annotated {
  /** A `warning` never fails anything. */
  readonly severity: 'error' | 'warning';
  readonly file?: string | undefined;
  /** From 1. */
  readonly line?: number;
  readonly column?: number | undefined;
  readonly title?: string | undefined;
}

/** A workflow command that GitHub shows beside the lines of a pull request; one line, with its line break. */
export function githubAnnotation({ severity, file, line, column, title }: Annotated, text: string): string {
  const properties = [
    ...(file === undefined ? [] : [`file=${property(file)}`]),
    ...(line === undefined ? [] : [`line=${line}`]),
    ...(column === undefined ? [] : [`col=${column}`]),
    ...(title === undefined ? [] : [`title=${property(title)}`]),
  ];
  return `::${severity} ${properties.join(',')}::${data(text)}\n`;
}

/** https://github.com/actions/toolkit: what a command's text and its properties must escape. */
function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
