import { textAt } from '../../../draft.ts';
import type { FieldFinding } from '../../../problem.ts';
import { compileTemplate, TemplateSyntaxError, type CompiledTemplate } from '../../../templates/templates.ts';
import { has } from '../key-findings.ts';

const SIGNING = 'spec.source.signing';
const TEMPLATE = `${SIGNING}.template`;

/** The parts of a request that a signature can cover. */
const VARIABLES = ['method', 'url', 'host', 'path', 'body', 'body_sha256', 'timestamp'];

/** Rules about the template of `signing`. */
export function restSigningFindings(connector: unknown): FieldFinding[] {
  const source = textAt(connector, TEMPLATE);
  if (source === undefined) return [];
  const template = compiled(source);
  if (template instanceof TemplateSyntaxError) return [syntaxFinding(template)];
  const { variables } = template;
  const unknown = variables.filter((name) => !VARIABLES.includes(name));
  const wrong = (message: string, fix: string): FieldFinding => ({
    code: 'wrong_value',
    path: TEMPLATE,
    message,
    fix,
  });
  if (unknown.length > 0) {
    return [wrong(`The template has the unknown variable ${unknown.join(', ')}.`, VARIABLES.join(' | '))];
  }
  if (variables.every((name) => name === 'timestamp')) {
    return [
      wrong(
        'The template covers no part of the request, so its signature would fit any request.',
        '"{{ timestamp }}{{ method }}{{ path }}{{ body }}", in the order that the API documents',
      ),
    ];
  }
  if (!variables.includes('timestamp') || has(connector, `${SIGNING}.timestampHeader`)) return [];
  return [
    {
      status: 'warn',
      code: 'missing_key',
      path: `${SIGNING}.timestampHeader`,
      message: 'The signature covers a time that the API is not told.',
      fix: 'timestampHeader: X-Timestamp, as the API documents it',
    },
  ];
}

function compiled(source: string): CompiledTemplate | TemplateSyntaxError {
  try {
    return compileTemplate(source);
  } catch (thrown) {
    if (thrown instanceof TemplateSyntaxError) return thrown;
    throw thrown;
  }
}

function syntaxFinding({ line, column, message }: TemplateSyntaxError): FieldFinding {
  return {
    code: 'template_syntax',
    path: TEMPLATE,
    lineInText: line,
    message: `The template is wrong at its line ${line}, column ${column}: ${message}.`,
    fix: '{{ timestamp }}{{ method }}{{ path }}{{ body }}',
  };
}
