import { EXIT } from '../exit-status.ts';
import { wrong, type ErrorKind } from './error-kind.ts';

/** Errors in what a person or a program asks for: a command line, a right, an id. */
export const CALLER_ERRORS = {
  /** The command line is wrong: an unknown option, a missing argument, a value out of range. See `--help`. */
  USAGE: wrong(EXIT.usage),
  /** This run id was used by another definition, or the data store may still read the artifacts of an earlier attempt that had it. Give each run an id of its own, or leave `--run-id` out. */
  RUN_ID_TAKEN: wrong(EXIT.usage),
  /** `--push-run-id` names no push of this connector: the id is wrong, or the push was delivered and its record has expired. */
  PUSH_RUN_UNKNOWN: wrong(EXIT.usage),
  /** The caller's key or group does not have the right that this action needs. Ask an administrator for it. */
  RIGHT_MISSING: wrong(EXIT.permission),
  /** No key has this id. Run `gemini-sync-bridge keys list` to see the ids; the id is also the part of a key after `gsb_`. */
  KEY_UNKNOWN: wrong(EXIT.usage),
} as const satisfies Record<string, ErrorKind>;
