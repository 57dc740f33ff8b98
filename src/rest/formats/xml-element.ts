/** An XML element that has not ended. Its JSON is made from the JSON of its children, so that no tree is in memory. */
export class XmlElement {
  readonly name: string;
  /** The remaining path to the records, empty for a record; undefined inside records and aside from the path. */
  readonly rest: string | undefined;
  readonly #members = new Map<string, string | string[]>();
  #isNull = false;
  #text = '';

  constructor(name: string, rest: string | undefined, attributes: Readonly<Record<string, string>>) {
    this.name = name;
    this.rest = rest;
    for (const [key, value] of Object.entries(attributes)) {
      // A declaration of a prefix is not data. Names keep the prefix that they are written with.
      if (key === 'xmlns' || key.startsWith('xmlns:')) continue;
      if (key.endsWith(':nil') && (value === 'true' || value === '1')) this.#isNull = true;
      else this.#members.set(`@${key}`, JSON.stringify(value));
    }
  }

  addText(text: string): void {
    this.#text += text;
  }

  /** Adds a child. Children with one name become a list. */
  addChild(name: string, json: string): void {
    const before = this.#members.get(name);
    if (before === undefined) this.#members.set(name, json);
    else if (typeof before === 'string') this.#members.set(name, [before, json]);
    else before.push(json);
  }

  has(name: string): boolean {
    return this.#members.has(name);
  }

  /** An element with only text is a string; one with attributes or children is an object, with its other text as `#text`. */
  toJson(): string {
    if (this.#members.size === 0) return this.#isNull ? 'null' : JSON.stringify(this.#text);
    if (this.#text.trim() !== '') this.#members.set('#text', JSON.stringify(this.#text.trim()));
    const members = [...this.#members].map(
      ([name, json]) => `${JSON.stringify(name)}:${typeof json === 'string' ? json : `[${json.join(',')}]`}`,
    );
    return `{${members.join(',')}}`;
  }

  get text(): string {
    return this.#text.trim();
  }
}
