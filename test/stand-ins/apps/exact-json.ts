/** A number in these very digits, which JavaScript could not write. */
export const digits = (text: string): string => `@@${text}@@`;

/** JSON in which each text of `digits` is a number. */
export const exactJson = (value: unknown): string =>
  JSON.stringify(value).replaceAll(/"@@([^"@]*)@@"/g, '$1');
