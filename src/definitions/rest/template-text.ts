/** Whether the text of a field is a template, and not a path. */
export function isTemplate(text: string): boolean {
  return text.includes('{{') || text.includes('{%');
}
