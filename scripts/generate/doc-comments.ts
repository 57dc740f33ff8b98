import { readFile } from 'node:fs/promises';
import ts from 'typescript';

/** A name in a source file, and the text of the doc comment above it. */
export interface Documented {
  readonly name: string;
  /** On one line. */
  readonly comment: string;
}

/** The exported constants of a file, in its order. @throws Error naming the first one that has no doc comment. */
export async function documentedConstants(file: string): Promise<Documented[]> {
  const source = await parse(file);
  return source.statements.filter(ts.isVariableStatement).flatMap((statement) => {
    const exported = statement.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
    if (exported !== true) return [];
    return statement.declarationList.declarations.map(({ name }) =>
      documented(name.getText(source), statement, file),
    );
  });
}

/**
 * The properties of an object that a constant of a file holds, in its order.
 * @throws Error if there is no such object, or naming the first property that has no doc comment.
 */
export async function documentedProperties(file: string, constant: string): Promise<Documented[]> {
  const source = await parse(file);
  const declaration = source.statements
    .filter(ts.isVariableStatement)
    .flatMap(({ declarationList }) => [...declarationList.declarations])
    .find(({ name }) => name.getText(source) === constant);
  const value = declaration?.initializer && withoutTypes(declaration.initializer);
  if (value === undefined || !ts.isObjectLiteralExpression(value)) {
    throw new Error(`${file} has no constant ${constant} that is an object.`);
  }
  return value.properties.map((property) =>
    documented(property.name?.getText(source) ?? property.getText(source), property, file),
  );
}

async function parse(file: string): Promise<ts.SourceFile> {
  return ts.createSourceFile(file, await readFile(file, 'utf8'), ts.ScriptTarget.ESNext, true);
}

/** `{…} as const satisfies T` is still that object. */
function withoutTypes(expression: ts.Expression): ts.Expression {
  return ts.isAsExpression(expression) || ts.isSatisfiesExpression(expression)
    ? withoutTypes(expression.expression)
    : expression;
}

function documented(name: string, node: ts.Node, file: string): Documented {
  const comment = ts
    .getJSDocCommentsAndTags(node)
    .filter(ts.isJSDoc)
    .map((doc) => ts.getTextOfJSDocComment(doc.comment) ?? '')
    .join(' ')
    .replaceAll(/\s+/g, ' ')
    .trim();
  if (comment === '') throw new Error(`${name} in ${file} has no doc comment, which is its documentation.`);
  return { name, comment };
}
