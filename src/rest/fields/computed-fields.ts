import { BridgeError } from '../../core/errors.ts';
import type { Logger } from '../../core/log.ts';
import { parsePath } from '../../core/text/field-path.ts';
import { asError } from '../../core/thrown.ts';
import { RenderBudget } from '../../definitions/templates/render-budget.ts';
import { TemplateFailure } from '../../definitions/templates/template-failure.ts';
import { compileTemplate } from '../../definitions/templates/templates.ts';
import { isTemplate } from '../../definitions/rest/template-text.ts';
import { fieldAt, type FieldValue } from '../../json/field.ts';
import { eachMember } from '../../json/scan.ts';
import { parseForTemplate } from '../../pipeline/json/json-value.ts';
import type { AddedFields } from './field-pages.ts';

type Compute = (bytes: Buffer, start: number) => FieldValue | undefined;

/**
 * The fields that a definition computes from each record, by a path or a template. A field is absent in a record in which its path
 * leads to nothing or its template cannot be rendered, so the mapping treats it like any absent field.
 */
export function computedFields(
  fields: Readonly<Record<string, string>>,
  log: Pick<Logger, 'warn'>,
): AddedFields {
  const budget = RenderBudget.ofRun();
  const computes = Object.entries(fields).map(([name, text]): Compute => {
    if (isTemplate(text)) return byTemplate(name, text, budget, log);
    const path = parsePath(text);
    return (bytes, start) => fieldAt(bytes, start, path);
  });
  return {
    names: Object.keys(fields),
    valuesOf: (bytes, { start }) => computes.map((compute) => compute(bytes, start)),
  };
}

function byTemplate(name: string, text: string, budget: RenderBudget, log: Pick<Logger, 'warn'>): Compute {
  const template = compileTemplate(text, budget);
  const variables = new Set(template.variables);
  let isReported = false;
  return (bytes, start) => {
    const scope: Record<string, unknown> = {};
    eachMember(bytes, start, (key, from, end) => {
      if (variables.has(key)) scope[key] = parseForTemplate(bytes.toString('utf8', from, end));
    });
    try {
      const value = Buffer.from(JSON.stringify(template.render(scope)));
      return { bytes: value, start: 0, end: value.length };
    } catch (thrown) {
      if (thrown instanceof BridgeError) throw thrown;
      if (!(thrown instanceof TemplateFailure) && !isReported) {
        isReported = true;
        const { message } = asError(thrown);
        log.warn('the template of a field fails, so records lack the field', { field: name, message });
      }
      return undefined;
    }
  };
}
