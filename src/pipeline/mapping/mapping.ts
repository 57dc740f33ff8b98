import { hash } from 'node:crypto';
import type { Template } from './template-writer.ts';

/** A connector's compiled `mapping`: templates instead of their text, with defaults filled in. */
export interface Mapping {
  readonly connector: string;
  readonly idFields: readonly string[];
  readonly title: Template;
  readonly content: Template;
  readonly uri: Template | undefined;
  readonly mimeType: string;
  readonly aclUsersField: string | undefined;
  readonly aclGroupsField: string | undefined;
  readonly metadataFields: readonly string[];
  readonly watermarkField: string | undefined;
  /** Whether each document of the data store has content. If so, a document without text is published with its title as text. */
  readonly textRequired: boolean;
  /** Set when the rows are already documents, with the columns of `CANONICAL_COLUMNS`. */
  readonly canonical?: {
    /** Whether the data store keeps readers. If not, everyone would see a document that names some. */
    readonly readersKept: boolean;
  };
  /** Changes with everything that affects the content of a document. */
  readonly version: string;
}

/** Raise this when the engine itself renders the same row and mapping differently, so that every row is processed again. */
const RENDERING_VERSION = 3;
const VERSION_DIGITS = 16;

/** @param parts all parts of the connector that affect the content of a document, as the file has them */
export function mappingVersion(parts: unknown): string {
  return hash('sha256', JSON.stringify([RENDERING_VERSION, parts]), 'hex').slice(0, VERSION_DIGITS);
}
