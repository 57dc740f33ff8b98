/** RFC 6265, section 4.1.1: the name is a token, the value has no blanks, quotes only around it, and no comma or semicolon. */
const PAIR =
  /^(?<name>[!#$%&'*+.^_`|~\w-]+)=(?<value>[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]*|"[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]*")$/;

/** A cookie without its attributes. */
export interface Cookie {
  readonly name: string;
  readonly value: string;
}

/**
 * Reads the cookies that a response sets, without those that it deletes. The later one of two with the same name counts.
 * @param header the values of `set-cookie`, separated by line breaks
 */
export function cookiesIn(header: string | undefined): Cookie[] {
  const cookies = new Map<string, Cookie>();
  for (const line of header?.split('\n') ?? []) {
    const [pair = '', ...attributes] = line.split(';').map((part) => part.trim());
    const { name, value } = PAIR.exec(pair)?.groups ?? {};
    if (name === undefined || value === undefined) continue;
    const isDeleted = value === '' || attributes.some((text) => /^max-age=(?:0|-\d+)$/i.test(text));
    if (isDeleted) cookies.delete(name);
    else cookies.set(name, { name, value });
  }
  return [...cookies.values()];
}
