import { EXIT } from '../exit-status.ts';
import { wrong, type ErrorKind } from './error-kind.ts';

/** Errors of secrets. */
export const SECRET_ERRORS = {
  /** A secret that the connector names is not set. The message names the environment variable to set. */
  SECRET_MISSING: wrong(EXIT.configuration),
  /** A secret is set but cannot be used, for example an invalid connection string. Its value is never shown. */
  SECRET_INVALID: wrong(EXIT.configuration),
  /** The push token of a connector is too short or too simple, so it could be guessed, and pushes with it are refused. Set a token of at least 16 characters, such as the output of `openssl rand -hex 32`. */
  SECRET_WEAK: wrong(EXIT.configuration),
  /** A stored secret cannot be decrypted: the key is missing from `MANAGED_SECRET_ENCRYPTION_KEY` or another one, or its row was changed. Nothing falls back to an environment variable. Run `gemini-sync-bridge secrets list` to see which key it needs. */
  SECRET_UNREADABLE: wrong(EXIT.configuration),
  /** No stored secret has this name. Run `gemini-sync-bridge secrets list` to see them. */
  SECRET_UNKNOWN: wrong(EXIT.usage),
  /** A definition names the stored secret that would be deleted. Change the definition first, or confirm the deletion with `--yes`. */
  SECRET_IN_USE: wrong(EXIT.usage),
  /** The value or a setting of a stored secret cannot be used: empty, too long, with blanks around it or a NUL character, or a name, host or connector that is not valid. Nothing was stored. */
  SECRET_VALUE_INVALID: wrong(EXIT.usage),
  /** A stored secret may be used only by other connectors, or sent only to other hosts. Nothing was sent. An administrator can allow it with `gemini-sync-bridge secrets set`. */
  SECRET_NOT_ALLOWED: wrong(EXIT.permission),
  /** A secret can be stored or read only with a key, and `MANAGED_SECRET_ENCRYPTION_KEY` is not set. Make a key with `gemini-sync-bridge secrets new-key`. */
  SECRETS_KEY_MISSING: wrong(EXIT.configuration),
  /** A key of `MANAGED_SECRET_ENCRYPTION_KEY` is not the one that was used before under its id. Nothing was stored. Set the former key, or give the new key an id of its own. */
  SECRETS_KEY_WRONG: wrong(EXIT.configuration),
} as const satisfies Record<string, ErrorKind>;
