/** The scheme and the host of a URL, with the character that ends the host. */
const ORIGIN = /^https?:\/\/[^/?#]*[/?#]/i;

/** Whether a record would decide which server a request is sent to. */
export function hasTemplateInHost(url: string): boolean {
  return isTemplate(url) && isTemplate(ORIGIN.exec(url)?.[0] ?? url);
}

/** Whether the text of a field is a template, and not a path. */
export function isTemplate(text: string): boolean {
  return text.includes('{{') || text.includes('{%');
}
