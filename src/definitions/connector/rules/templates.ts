import { textAt } from '../../draft.ts';
import type { FieldFinding } from '../../problem.ts';
import { TemplateFailure } from '../../templates/template-failure.ts';
import { compileTemplate, TemplateSyntaxError, type CompiledTemplate } from '../../templates/templates.ts';
import { uriOf } from '../../templates/uri-text.ts';

export const TEMPLATE_PATHS = ['spec.mapping.contentTemplate', 'spec.mapping.uriTemplate'] as const;

/** The number of compiled templates to keep: two rules compile the same templates, and a long one takes a tenth of a second. */
const COMPILED_KEPT = TEMPLATE_PATHS.length;
const compiled = new Map<string, CompiledTemplate | TemplateSyntaxError>();

function compiledOrWrong(source: string): CompiledTemplate | TemplateSyntaxError {
  const known = compiled.get(source);
  if (known !== undefined) return known;
  const result = compileOrCatch(source);
  const [oldest] = compiled.keys();
  if (compiled.size >= COMPILED_KEPT && oldest !== undefined) compiled.delete(oldest);
  compiled.set(source, result);
  return result;
}

function compileOrCatch(source: string): CompiledTemplate | TemplateSyntaxError {
  try {
    return compileTemplate(source);
  } catch (thrown) {
    if (thrown instanceof TemplateSyntaxError) return thrown;
    throw thrown;
  }
}

/** The variables of the template at a path; undefined when there is none or it cannot be compiled. */
export function variablesAt(connector: unknown, path: string): readonly string[] | undefined {
  const source = textAt(connector, path);
  if (source === undefined) return undefined;
  const template = compiledOrWrong(source);
  return template instanceof TemplateSyntaxError ? undefined : template.variables;
}

/** Checks that every template compiles, and that the link template can produce a link. */
export function templateFindings(connector: unknown): FieldFinding[] {
  return [...syntaxFindings(connector), ...uriFindings(connector)];
}

const URI_PATH = 'spec.mapping.uriTemplate';
const SAMPLE = 'x';
const SCHEME_FIRST = /^(?:[a-z][a-z\d+.-]*:|\/)/i;

/** Reports only a template that is wrong for all values. */
function uriFindings(connector: unknown): FieldFinding[] {
  return uriTemplateFindings(textAt(connector, URI_PATH), URI_PATH);
}

/** @param path the field with the template of a link */
export function uriTemplateFindings(source: string | undefined, path: string): FieldFinding[] {
  const template = source === undefined ? undefined : compiledOrWrong(source);
  if (template === undefined || template instanceof TemplateSyntaxError) return [];
  const fault = uriFault(template);
  if (fault === undefined) return [];
  return [
    {
      status: 'warn',
      code: 'uri_invalid',
      path,
      message: `The template cannot become a valid link: ${fault}.`,
      fix: 'https://host/path/{{ field }}, or {{ field }} alone where the field is a whole URL',
    },
  ];
}

function uriFault({ source, plain }: CompiledTemplate): string | undefined {
  const beginning = source.split(/\{\{|\{%/, 1)[0] ?? '';
  if (beginning.trim() !== '' && !SCHEME_FIRST.test(beginning.trim())) {
    return 'it begins with text that has no scheme such as https://';
  }
  const pieces = plain?.map((part) => ('text' in part ? { literal: part.text } : { value: SAMPLE }));
  try {
    uriOf(pieces ?? [{ literal: beginning }, { value: SAMPLE }]);
    return undefined;
  } catch (thrown) {
    if (thrown instanceof TemplateFailure) return thrown.reason;
    throw thrown;
  }
}

function syntaxFindings(connector: unknown): FieldFinding[] {
  return TEMPLATE_PATHS.flatMap((path) => templateSyntaxFindings(textAt(connector, path), path));
}

/** @param path the field with the template */
export function templateSyntaxFindings(source: string | undefined, path: string): FieldFinding[] {
  const template = source === undefined ? undefined : compiledOrWrong(source);
  if (!(template instanceof TemplateSyntaxError)) return [];
  const { line, column, message } = template;
  return [
    {
      code: 'template_syntax',
      path,
      lineInText: line,
      message: `The template is wrong at its line ${line}, column ${column}: ${message}.`,
      fix: '{{ field }} for a value, {{ field | default: "none" }} with a filter, {% if field %}…{% endif %}',
    },
  ];
}
