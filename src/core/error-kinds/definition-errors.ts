import { EXIT } from '../exit-status.ts';
import { later, wrong, type ErrorKind } from './error-kind.ts';

/** Errors in definitions, drafts and policies, and in what is generated from them. */
export const DEFINITION_ERRORS = {
  /** The file of a connector, a knowledge source or an app does not exist or cannot be read. Check the path; it is relative to the working directory. */
  CONNECTOR_FILE_UNREADABLE: wrong(EXIT.configuration),
  /** The caller has no draft with this id in Studio: the id is wrong, the draft belongs to another person, or it was discarded or is older than 30 days. Open the editor from the catalog again. */
  DRAFT_UNKNOWN: wrong(EXIT.usage),
  /** A draft in Studio was changed in another window after the caller read it. Nothing was overwritten. Read the draft again, and repeat the change. */
  DRAFT_CHANGED: wrong(EXIT.usage),
  /** A draft in Studio is larger than 1 MiB or contains characters that YAML does not allow, or the person has too many drafts. The message says which. Nothing was saved. */
  DRAFT_REFUSED: wrong(EXIT.usage),
  /** The connector file is not valid. The message lists every problem with file, line and field; `validate` reports the same problems. */
  CONNECTOR_INVALID: wrong(EXIT.configuration),
  /** The connector uses a feature that this version does not support. */
  NOT_SUPPORTED: wrong(EXIT.configuration),
  /** The policy file of `POLICY_FILE` cannot be read or is not valid, so no connector can be used. The message lists every problem with file and line. */
  POLICY_INVALID: wrong(EXIT.configuration),
  /** The operator's policy does not allow what the connector asks for: a secret, a host, a file, a bucket or a data store. Nothing was sent. Change the connector, or ask the operator to add it to a rule. */
  POLICY_REFUSED: wrong(EXIT.permission),
  /** Some of the definitions that `generate` reads have errors, so that nothing is written: a definition that is left out would lose its schedule. The message lists every problem with file and line. */
  DEFINITIONS_INVALID: wrong(EXIT.configuration),
  /** A definition cannot be scheduled where `generate` writes to: two definitions get the same name there, the name is reserved, or the scheduler does not support the schedule or its time zone. The message names the file and the field. */
  SCHEDULE_UNSUPPORTED: wrong(EXIT.configuration),
  /** A file that `generate` writes was changed by hand, or was not written by `generate` at all. It is left unchanged. Move the change into the definition, or write the file again with `--force`. */
  GENERATED_FILE_EDITED: wrong(EXIT.badData),
  /** A file of `generate` cannot be read, written or removed: a permission is missing, the disk is full, or something else is in its place. The message names the file. Correct it, and generate again: files that were already written are current. */
  GENERATED_FILE_UNWRITABLE: wrong(EXIT.configuration),
  /** No worker took a requested run before the request expired, because its schedule has `catchUp: none`. The next start of the schedule requests another run. Check that a worker is running. */
  REQUEST_EXPIRED: later,
  /** A requested run names a definition that `CONNECTORS_DIR` does not have, or whose file has errors. Nothing was started. Check the files with `gemini-sync-bridge validate`, and run `generate pg-cron` again if a definition was removed. */
  DEFINITION_UNKNOWN: wrong(EXIT.configuration),
  /** The schedule requested a run of a definition that has `paused: true`, so nothing was started. Run `generate pg-cron` again, which removes the job. A person can still start a run. */
  DEFINITION_PAUSED: wrong(EXIT.configuration),
  /** A page of documentation, a folder of flows or a file of values that `check-drift` compares does not exist, cannot be read, or is too large. Check the path; it is relative to the working directory. */
  DRIFT_FILE_UNREADABLE: wrong(EXIT.configuration),
  /** The Helm values file that `generate helm-values` reads cannot be read, is not valid YAML, or has a `scheduleJobs` that it cannot change without changing something else. It is left unchanged. The message lists every problem with its line. */
  VALUES_INVALID: wrong(EXIT.configuration),
} as const satisfies Record<string, ErrorKind>;
