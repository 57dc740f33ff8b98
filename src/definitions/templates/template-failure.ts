/** The reason why a template cannot be rendered for one row. Rows with other values may be fine. */
export class TemplateFailure extends Error {
  override readonly name = 'TemplateFailure';
  readonly code: 'TEMPLATE_VARIABLE_MISSING' | 'URI_INVALID';
  /** The problem of the row, in the words of the quarantine. */
  readonly reason: string;

  private constructor(code: TemplateFailure['code'], reason: string, message = reason) {
    super(message);
    this.code = code;
    this.reason = reason;
  }

  /** @param field its name in the template, such as `author.name` */
  static missing(field: string): TemplateFailure {
    const reason = `this row has no field ${JSON.stringify(field)}`;
    return new TemplateFailure('TEMPLATE_VARIABLE_MISSING', reason, `undefined variable: ${field}`);
  }

  static uri(reason: string): TemplateFailure {
    return new TemplateFailure('URI_INVALID', reason);
  }
}
