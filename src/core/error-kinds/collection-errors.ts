import { EXIT } from '../exit-status.ts';
import { later, wrong, type ErrorKind } from './error-kind.ts';

/** Errors of knowledge sources, of embeddings and of apps. */
export const COLLECTION_ERRORS = {
  /** No knowledge source has this id or name. Run `gemini-sync-bridge kb list` to see them, or create one with `kb apply`. */
  KNOWLEDGE_SOURCE_UNKNOWN: wrong(EXIT.usage),
  /** The file of a knowledge source is not valid, or its row in `kb_sources` cannot be used because `config` lacks a field or has a wrong value. The message names the field. Correct the file and run `kb apply` again, or correct the row. */
  KNOWLEDGE_SOURCE_INVALID: wrong(EXIT.configuration),
  /** The embedding API cannot be reached, did not answer in time, or reports an internal failure or an exceeded quota. Nothing was stored; try again. */
  EMBEDDINGS_UNREACHABLE: later,
  /** The embedding API refuses the key, or the key has no permission for the model. Check `OPENAI_API_KEY`. */
  EMBEDDINGS_CREDENTIALS: wrong(EXIT.permission),
  /** The embedding API refuses every text of a request, or the model is unknown. The message quotes it. Nothing was stored. */
  EMBEDDINGS_REFUSED: wrong(EXIT.unavailable),
  /** The embedding API returned vectors of another number, length or order than requested. Nothing was stored. Check `OPENAI_BASE_URL`. */
  EMBEDDINGS_INVALID: wrong(EXIT.unavailable),
  /** No app has this key. The message lists the apps of `CONNECTORS_DIR`. */
  APP_UNKNOWN: wrong(EXIT.usage),
  /** The app's file is not valid. The message lists every problem with file, line and field; `validate` reports the same problems. */
  APP_INVALID: wrong(EXIT.configuration),
  /** The app has no collection with this key. The message lists its collections. */
  APP_COLLECTION_UNKNOWN: wrong(EXIT.usage),
  /** A record of the API cannot be stored, because the database refuses its text, such as a NUL character. The other records were stored; this one is named by its id. */
  APP_RECORD_REFUSED: wrong(EXIT.badData),
  /** A record of the API is not an object, or has no id. The other records were stored; this one is named by its page and position. Correct `recordsPath` or `idField` of the collection. */
  APP_RECORD_UNUSABLE: wrong(EXIT.badData),
} as const satisfies Record<string, ErrorKind>;
