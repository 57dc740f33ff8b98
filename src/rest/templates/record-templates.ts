import { BridgeError } from '../../core/errors.ts';
import { RenderBudget } from '../../definitions/templates/render-budget.ts';
import { RequestValueError, type RequestPlace } from '../../definitions/templates/request-values.ts';
import { TemplateFailure } from '../../definitions/templates/template-failure.ts';
import { compileRequestTemplate, type CompiledTemplate } from '../../definitions/templates/templates.ts';
import { hasTemplateInHost, isTemplate } from '../../definitions/rest/template-text.ts';
import { eachMember, isObject, type Span } from '../../json/scan.ts';
import { parseForTemplate } from '../../pipeline/json/json-value.ts';

const KEYS_NAMED_MAX = 20;

/** A record in JSON text that was checked. */
export interface RecordText extends Span {
  readonly bytes: Buffer;
}

/** Where the definition has a template. */
interface TemplateField {
  /** The field of the definition, for messages: `source.url`. */
  readonly field: string;
  readonly place: RequestPlace;
}

/** Renders the templates of requests that are made for records. Each template is compiled once. */
export class RecordTemplates {
  readonly #variable: 'parent' | 'record';
  readonly #budget = RenderBudget.ofRun();
  readonly #compiled = new Map<string, CompiledTemplate>();

  /** @param variable the name of the record in templates */
  constructor(variable: 'parent' | 'record') {
    this.#variable = variable;
  }

  /**
   * Returns a function that renders templates with the values of one record.
   * @param record for an error message, its bytes must stay valid
   */
  of(record: RecordText): (text: string, field: TemplateField) => string {
    const scope = {
      [this.#variable]: parseForTemplate(record.bytes.toString('utf8', record.start, record.end)),
    };
    return (text, { field, place }) => {
      if (!isTemplate(text)) return text;
      // The rules of a definition refuse it too; this is the last check before credentials are sent.
      if (place === 'url' && hasTemplateInHost(text)) throw hostFromRecord(field);
      try {
        return this.#template(text, place).render(scope);
      } catch (thrown) {
        if (thrown instanceof BridgeError) throw thrown;
        throw this.#unusable(thrown, field, record);
      }
    };
  }

  #template(text: string, place: RequestPlace): CompiledTemplate {
    const key = `${place} ${text}`;
    const known = this.#compiled.get(key);
    if (known !== undefined) return known;
    const compiled = compileRequestTemplate(text, place, this.#budget);
    this.#compiled.set(key, compiled);
    return compiled;
  }

  #unusable(thrown: unknown, field: string, record: RecordText): BridgeError {
    return new BridgeError(
      'SOURCE_REQUEST_UNFILLED',
      `The template of ${field} cannot be filled from a ${this.#variable}: ${reasonOf(thrown)}. ${keysOf(record, this.#variable)}`,
      {
        hint: `Correct the template of ${field}: name a field that every ${this.#variable} has, with text or a number in it.`,
        cause: thrown,
      },
    );
  }
}

function hostFromRecord(field: string): BridgeError {
  return new BridgeError(
    'CONNECTOR_INVALID',
    `The host of ${field} has a template, so a record would choose the server.`,
    {
      hint: `Write the host in ${field} without a template.`,
    },
  );
}

function reasonOf(thrown: unknown): string {
  if (thrown instanceof RequestValueError) return `one of its values ${thrown.message}`;
  if (thrown instanceof TemplateFailure) return thrown.reason.replace('this row has', 'there is');
  return thrown instanceof Error ? thrown.message : String(thrown);
}

function keysOf({ bytes, start }: RecordText, variable: string): string {
  if (!isObject(bytes, start)) return `The ${variable} is not an object.`;
  const keys: string[] = [];
  eachMember(bytes, start, (key) => keys.push(key));
  const shown = keys.slice(0, KEYS_NAMED_MAX).join(', ') + (keys.length > KEYS_NAMED_MAX ? ', …' : '');
  return `The ${variable} has the fields ${shown || '(none)'}.`;
}
