/** The name of the control of a field in a submitted form. */
export function controlName(path: string): string {
  return `f:${path}`;
}

/** The path of the field of a control; undefined for other parts of the form. */
export function pathOfControl(name: string): string | undefined {
  return name.startsWith('f:') ? name.slice(2) : undefined;
}

/** The id of the control of a field; a link to it needs no further encoding. */
export function controlId(path: string): string {
  return `c-${Array.from(path, (character) => (/[A-Za-z0-9.-]/.test(character) ? character : `_${character.codePointAt(0)?.toString(16) ?? ''}_`)).join('')}`;
}
