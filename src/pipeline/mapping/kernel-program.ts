import { CONTENT_BYTES_MAX, DOC_ID_BYTES_MAX } from '../../core/limits.ts';
import { keptBytes, placedParts, type UriPlace } from '../../definitions/templates/uri-text.ts';
import type { BatchRenderer } from '../../kernel/batch-renderer.ts';
import type { SipKey } from '../../kernel/fingerprint-key.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import { ProgramBuilder, type KernelProgram, type TextForm } from '../../kernel/program.ts';
import { columnFinder } from '../document/columns.ts';
import { itemAt } from '../document/in-range.ts';
import { textFields } from '../document/text-columns.ts';
import type { RecordFormat } from '../ports/job.ts';
import type { Column } from '../ports/ports.ts';
import type { RecordStep } from '../ports/record-step.ts';
import { insideJson, jsonForm, NotOfKernel, plainParts, textForm } from './kernel-forms.ts';
import type { Mapping } from './mapping.ts';

const CHECKSUM_DIGITS = 64;
const SPANS = {
  docId: 'idJson',
  title: 'title',
  uri: 'uri',
  metadata: 'metadata',
  content: 'contentJson',
} as const;

/**
 * Compiles a mapping for a kernel, which then gives the same bytes as `DocumentRenderer` and `RecordFormat.upsert`.
 * @returns undefined for a mapping that only these can render: with the template engine, JSON, or a link that is a value
 * @throws BridgeError SOURCE_COLUMN_MISSING
 */
export function batchRenderer(
  kernel: Kernel,
  mapping: Mapping,
  columns: readonly Column[],
  records: RecordFormat,
  idKey: SipKey,
): BatchRenderer | undefined {
  if (mapping.canonical !== undefined || records.steps === undefined) return undefined;
  try {
    const compiler = new Compiler(mapping, columns);
    return kernel.renderer(compiler.program(records.steps), idKey);
  } catch (thrown) {
    if (thrown instanceof NotOfKernel) return undefined;
    throw thrown;
  }
}

class Compiler {
  readonly #mapping: Mapping;
  readonly #columns: readonly Column[];
  readonly #columnOf: (name: string) => number;
  readonly #program: ProgramBuilder;

  constructor(mapping: Mapping, columns: readonly Column[]) {
    this.#mapping = mapping;
    this.#columns = columns;
    this.#columnOf = columnFinder(mapping, columns);
    this.#program = new ProgramBuilder(columns.length);
  }

  /** The id and the content come first, because both lines repeat them. */
  program(steps: readonly RecordStep[]): KernelProgram {
    const program = this.#program;
    program.makesLinks = this.#mapping.uri !== undefined;
    const texts = new Set(textFields(this.#mapping).map(this.#columnOf));
    for (const column of texts) program.checkText(column);
    this.#writeId();
    this.#writeContent(steps.some((step) => 'base64' in step));
    this.#writeLine();
    program.place('lineEnd');
    for (const step of steps) this.#writeStep(step);
    program.place('recordEnd');
    return program.build();
  }

  #writeId(): void {
    const { connector, idFields } = this.#mapping;
    const program = this.#program.begin('id').literal(connector);
    for (const name of idFields) {
      const column = this.#columnOf(name);
      program.literal(':').idPart(column, this.#textForm(column));
    }
    program.end('id').checkId(Buffer.byteLength(connector) + 1, DOC_ID_BYTES_MAX);
  }

  #writeContent(isBase64: boolean): void {
    const program = this.#program.begin('content');
    for (const part of plainParts(this.#mapping.content)) {
      if ('text' in part) program.literal(part.text);
      else program.text(this.#columnOf(part.field), this.#textForm(this.#columnOf(part.field)));
    }
    program.end('content').checkContent(CONTENT_BYTES_MAX, isBase64 || this.#mapping.textRequired);
  }

  #writeLine(): void {
    const { mimeType } = this.#mapping;
    const program = this.#program.place('line').literal('{"acl_groups":');
    this.#writeReaders();
    program.literal(',"content":').begin('contentJson').literal('"').escaped('content').literal('"');
    program.end('contentJson').literal(',"doc_id":').begin('idJson').literal('"').escaped('id').literal('"');
    program.end('idJson').literal(',"metadata":').begin('metadata');
    this.#writeMetadata();
    program
      .end('metadata')
      .literal(`,"mime_type":${JSON.stringify(mimeType)},"title":`)
      .begin('title');
    this.#writeTitle();
    program.end('title').literal(',"uri":');
    this.#writeUri();
    program.literal('}').place('digestEnd').literal('"checksum":"sha256:').place('checksum');
    program.room(CHECKSUM_DIGITS).literal('","op":"UPSERT","updated_at":');
    this.#writeTime();
    program.literal('}\n');
  }

  #writeReaders(): void {
    const { aclUsersField, aclGroupsField } = this.#mapping;
    const program = this.#program.readers('groups', this.#readersColumn(aclGroupsField));
    program.literal(',"acl_users":').readers('users', this.#readersColumn(aclUsersField));
    if (this.#namesReaders()) program.checkReaders();
  }

  #namesReaders(): boolean {
    const { aclUsersField, aclGroupsField } = this.#mapping;
    return aclUsersField !== undefined || aclGroupsField !== undefined;
  }

  #readersColumn(name: string | undefined): number | undefined {
    if (name === undefined) return undefined;
    const column = this.#columnOf(name);
    const { kind, element = 'text' } = itemAt(this.#columns, column);
    if (kind !== 'array' || (element !== 'text' && element !== 'integer')) throw new NotOfKernel();
    return column;
  }

  #writeMetadata(): void {
    const program = this.#program.literal('{');
    for (const [index, name] of [...this.#mapping.metadataFields].sort().entries()) {
      program.literal(`${index === 0 ? '' : ','}${JSON.stringify(name)}:`);
      const column = this.#columnOf(name);
      const { kind, element = 'text' } = itemAt(this.#columns, column);
      if (kind === 'array') program.jsonArray(column, jsonForm(element));
      else program.json(column, jsonForm(kind));
    }
    program.literal('}');
  }

  #writeTitle(): void {
    const program = this.#program.literal('"');
    for (const part of plainParts(this.#mapping.title)) {
      if ('text' in part) program.literal(insideJson(part.text));
      else program.textInJson(this.#columnOf(part.field), this.#textForm(this.#columnOf(part.field)));
    }
    program.literal('"');
  }

  #writeUri(): void {
    const { uri } = this.#mapping;
    const program = this.#program;
    if (uri === undefined) {
      program.literal('null');
      return;
    }
    const placed = placedParts(plainParts(uri));
    if (placed === undefined) throw new NotOfKernel();
    const kept = new Map<UriPlace, Uint8Array>();
    program.begin('uri').literal('"');
    for (const part of placed) {
      if ('literal' in part) {
        program.literal(insideJson(part.literal));
        continue;
      }
      const column = this.#columnOf(part.field);
      const table = kept.get(part.place) ?? keptBytes(part.place);
      kept.set(part.place, table);
      program.uriValue(column, this.#textForm(column), table);
    }
    program.literal('"').end('uri');
  }

  #writeTime(): void {
    const { watermarkField } = this.#mapping;
    const column = watermarkField === undefined ? -1 : this.#columnOf(watermarkField);
    const kind = this.#columns[column]?.kind;
    if (kind === 'json') throw new NotOfKernel();
    const isTime = kind === 'timestamp' || kind === 'timestamptz' || kind === 'date';
    if (isTime) this.#program.time(column, textForm(kind));
    else this.#program.literal('null');
  }

  #writeStep(step: RecordStep): void {
    const program = this.#program;
    if ('literal' in step) {
      program.literal(step.literal);
    } else if ('readableId' in step) {
      program.readableId(step.readableId);
    } else if ('jsonInString' in step) {
      if (step.jsonInString === 'uri' && this.#mapping.uri === undefined) return;
      program.literal(step.before).escaped(SPANS[step.jsonInString]);
    } else if ('mimeType' in step) {
      program.literal(JSON.stringify(this.#mapping.mimeType));
    } else if ('base64' in step) {
      program.base64('content');
    } else if (this.#namesReaders()) {
      const { before, group, user, after } = step.readers;
      program.literal(before).principals('groups', group).principals('users', user).literal(after);
    }
  }

  #textForm(column: number): TextForm {
    return textForm(itemAt(this.#columns, column).kind);
  }
}
