const REDACTED = '[redacted]';
/** Shorter values would blank out ordinary words; a secret of three letters is none. */
const SECRET_LENGTH_MIN = 4;

/**
 * Remembers secret values and removes them from text. It is the last line of defence, not the first:
 * messages are built without secrets, and this catches what a driver put into its own words.
 */
export interface Redactor {
  /** Adds a value, and every part of it that is a secret by itself. */
  add(secret: string): void;
  redact(text: string): string;
}

export function createRedactor(): Redactor {
  const secrets = new Set<string>();
  return {
    add(secret) {
      for (const form of formsOf(secret)) if (form.length >= SECRET_LENGTH_MIN) secrets.add(form);
    },
    redact(text) {
      let clean = text;
      for (const secret of secrets) clean = clean.replaceAll(secret, REDACTED);
      return clean;
    },
  };
}

/** A connection string leaks by its password alone, and each value leaks in its JSON form too. */
function formsOf(secret: string): string[] {
  const forms = [secret];
  for (const password of passwordsOf(secret)) {
    forms.push(password);
    try {
      forms.push(decodeURIComponent(password));
    } catch {
      // Not percent-encoded: the form as written is already in the list.
    }
  }
  return forms.flatMap((form) => [form, JSON.stringify(form).slice(1, -1)]);
}

/** A password that was not encoded may hold an `@` itself, and so may what follows it: either way of reading counts. */
function passwordsOf(url: string): string[] {
  const start = /^[a-z][a-z0-9+.-]*:\/\/[^:/?#]*:/i.exec(url)?.[0].length;
  if (start === undefined) return [];
  const ends = [url.indexOf('@', start), url.lastIndexOf('@')];
  return ends.filter((end) => end > start).map((end) => url.slice(start, end));
}
