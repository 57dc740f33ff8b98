import { hash } from 'node:crypto';
import type { Template } from './template-writer.ts';

/** A connector's `mapping`, compiled: templates instead of their text, defaults filled in. */
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
  /** Whether each document of the data store has content: one without text is then published with its title as text. */
  readonly textRequired: boolean;
  /** Set when the rows are documents already, with the columns of `CANONICAL_COLUMNS`. */
  readonly canonical?: {
    /** Whether the data store keeps readers. If it does not, everybody would see a document that names some. */
    readonly readersKept: boolean;
  };
  /** Changes with everything that decides what a document looks like. */
  readonly version: string;
}

/** Raised when the engine itself renders the same row and mapping differently, so that every row is looked at again. */
const RENDERING_VERSION = 3;
const VERSION_DIGITS = 16;

/** @param parts whatever of the connector decides what a document looks like, as it stands in the file. */
export function mappingVersion(parts: unknown): string {
  return hash('sha256', JSON.stringify([RENDERING_VERSION, parts]), 'hex').slice(0, VERSION_DIGITS);
}
