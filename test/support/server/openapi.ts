import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';

interface Operation {
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly schema?: object }>> }>
  >;
}

/** The parts of an OpenAPI document that tests read. */
export interface OpenApiDocument {
  readonly components: { readonly schemas?: Readonly<Record<string, object>> };
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

/** Judges answers by an OpenAPI document. */
export interface AnswerJudge {
  /** @throws Error saying what of the answer was never declared */
  judge(method: string, path: string, status: number, contentType: string, body: string): void;
}

export function answerJudge(document: OpenApiDocument): AnswerJudge {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  formats.default(ajv);
  ajv.addSchema({ $id: 'doc', components: document.components });
  const routes = Object.entries(document.paths).map(([template, operations]) => ({
    template,
    operations,
    pattern: new RegExp(`^${template.replace(/\{[^}]+\}/g, '[^/]*')}$`),
  }));

  return {
    judge(method, path, status, contentType, body) {
      const plain = path.split('?', 1).join('');
      // A path without parameters is meant before one with.
      const route = routes
        .filter(({ pattern }) => pattern.test(plain))
        .sort((left, right) => left.template.split('{').length - right.template.split('{').length)
        .at(0);
      const operation = route?.operations[method.toLowerCase()];
      if (operation === undefined) {
        if (status === 404) return;
        throw new Error(`${method} ${plain} answered ${status}, and the document has no such route.`);
      }
      const declared = operation.responses[String(status)];
      if (declared === undefined)
        throw new Error(`${method} ${plain} never said that it may answer ${status}: ${body}`);
      const [type = ''] = contentType.split(';');
      const schema = declared.content?.[type]?.schema;
      if (schema === undefined) {
        if (body === '' && declared.content === undefined) return;
        throw new Error(`${method} ${plain} never said that its ${status} may be ${type}.`);
      }
      if (type !== 'application/json') return;
      const local: unknown = JSON.parse(
        JSON.stringify(schema).replaceAll('"#/components', '"doc#/components'),
      );
      if (!ajv.validate(local as object, JSON.parse(body))) {
        throw new Error(
          `The ${status} of ${method} ${plain} is not what it says: ${ajv.errorsText()}\n${body}`,
        );
      }
    },
  };
}
