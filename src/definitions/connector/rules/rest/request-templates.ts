import type { FieldFinding } from '../../../problem.ts';
import { hasTemplateInHost, isTemplate } from '../../../rest/template-text.ts';
import type { RequestPlace } from '../../../templates/request-values.ts';
import { compileRequestTemplate, TemplateSyntaxError } from '../../../templates/templates.ts';

/** A template in a request, and the variable that it may use. */
interface RequestTemplateAt {
  readonly path: string;
  readonly text: string;
  readonly place: RequestPlace;
  readonly variable: 'parent' | 'record';
}

/** Whether a text uses a variable; false for a template that cannot be compiled. */
export function usesVariable({ text, place, variable }: Omit<RequestTemplateAt, 'path'>): boolean {
  if (!isTemplate(text)) return false;
  try {
    return compileRequestTemplate(text, place).variables.includes(variable);
  } catch (thrown) {
    if (thrown instanceof TemplateSyntaxError) return false;
    throw thrown;
  }
}

/** Rules about one template in a request. */
export function requestTemplateFindings({ path, text, place, variable }: RequestTemplateAt): FieldFinding[] {
  if (!isTemplate(text)) return [];
  const findings: FieldFinding[] = [];
  const wrong = (message: string, fix: string) => {
    findings.push({ code: 'wrong_value', path, message, fix });
  };
  try {
    const unknown = compileRequestTemplate(text, place).variables.find((name) => name !== variable);
    if (unknown !== undefined) {
      const message = `The template names ${unknown}, and the only variable here is ${variable}.`;
      wrong(message, `{{ ${variable}.${unknown} }}`);
    }
  } catch (thrown) {
    if (!(thrown instanceof TemplateSyntaxError)) throw thrown;
    const { line, column, message: fault } = thrown;
    const message = `The template is wrong at its line ${line}, column ${column}: ${fault}.`;
    findings.push({ code: 'template_syntax', path, lineInText: line, message, fix: `{{ ${variable}.id }}` });
  }
  if (place === 'url' && hasTemplateInHost(text)) {
    const message =
      'A record decides which server the request is sent to: the host of the URL has a template.';
    wrong(message, `https://kb.example.com/{{ ${variable}.id }}`);
  }
  return findings;
}
