/** The hidden field that proves where a form comes from; a server without keys needs none. */
export function FormToken({ value }: { readonly value: string | undefined }) {
  return value === undefined ? null : <input type="hidden" name="_csrf" value={value} />;
}
