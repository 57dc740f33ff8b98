/** Why a template gives no text for one row. Rows of other values may be fine. */
export class TemplateFailure extends Error {
  override readonly name = 'TemplateFailure';
  readonly code: 'TEMPLATE_VARIABLE_MISSING' | 'URI_INVALID';
  /** What is wrong with the row, as the quarantine says it. */
  readonly reason: string;

  private constructor(code: TemplateFailure['code'], reason: string, message = reason) {
    super(message);
    this.code = code;
    this.reason = reason;
  }

  /** @param field as the template names it, such as `author.name` */
  static missing(field: string): TemplateFailure {
    const reason = `this row has no field ${JSON.stringify(field)}`;
    return new TemplateFailure('TEMPLATE_VARIABLE_MISSING', reason, `undefined variable: ${field}`);
  }

  static uri(reason: string): TemplateFailure {
    return new TemplateFailure('URI_INVALID', reason);
  }
}
