import { EXIT } from '../exit-status.ts';
import { later, wrong, type ErrorKind } from './error-kind.ts';

/** Errors of artifacts and of their delivery to Discovery Engine. */
export const DELIVERY_ERRORS = {
  /** The data store does not match the connector: its access control or content configuration differs. Nothing was sent. Both are set when a data store is created and cannot be changed later. */
  GEMINI_STORE_MISMATCH: wrong(EXIT.configuration),
  /** Discovery Engine has not finished an operation of this run. The next run continues to wait for the same operation. */
  GEMINI_OPERATION_PENDING: later,
  /** Discovery Engine ended an operation with an error. How much of it took effect is unknown; the next run sends the same documents again. */
  GEMINI_OPERATION_FAILED: wrong(EXIT.unavailable),
  /** Discovery Engine ended an operation with failures that cannot be told apart from its successes, or with counts that do not add up. None of it is recorded as done; the next run sends the same documents again. */
  GEMINI_UNPROVEN: wrong(EXIT.unavailable),
  /** A trial purge would have deleted documents it must not. Nothing was deleted. */
  GEMINI_PURGE_UNSAFE: wrong(EXIT.unavailable),
  /** A full reconciliation was requested, and the listing is not complete enough to delete by. Nothing was sent. The message has the reason; a run without `--reconcile-full` is safe. */
  RECONCILIATION_REFUSED: wrong(EXIT.badData),
  /** Another file of `CONNECTORS_DIR` defines a connector with the same name and data store, so its documents would be deleted as well. Nothing was deleted. Remove or rename that connector, or remove this file without `retire`. */
  RETIRE_SHARED_SCOPE: wrong(EXIT.configuration),
  /** Pushed events of the connector wait for a run. They would be lost, or their documents would appear again. Nothing was deleted. Stop the producers, deliver the events with `run`, and retire again. */
  RETIRE_PUSHES_WAITING: later,
  /** The number of documents changed between the count of `retire` and its deletes, because another run of the connector ended. Nothing was deleted. Run `retire` again to see the new number. */
  RETIRE_COUNT_CHANGED: wrong(EXIT.badData),
  /** The scheme of the bucket URL is unknown. Use `gs://` or `file://` in `output.bucket`. */
  ARTIFACT_SCHEME_UNKNOWN: wrong(EXIT.configuration),
  /** An artifact with this name exists with other content. Artifacts are immutable; a run id must not be used twice for different data. */
  ARTIFACT_EXISTS: wrong(EXIT.unavailable),
  /** An artifact that should exist does not. Check whether it was removed from the bucket. */
  ARTIFACT_MISSING: wrong(EXIT.unavailable),
  /** The bucket does not exist. Create it, or correct `output.bucket`; this program never creates a bucket. */
  ARTIFACT_BUCKET_MISSING: wrong(EXIT.configuration),
  /** There are no Google credentials for the bucket, or Google gives no token for them. The hint says how to log in. */
  ARTIFACT_CREDENTIALS: wrong(EXIT.permission),
  /** The artifact store refuses access: a read-only file system, missing permissions, or a proxy that asks for a password. */
  ARTIFACT_PERMISSION: wrong(EXIT.permission),
  /** An artifact could not be written: the disk is full or failing, or Cloud Storage cannot be reached. Nothing was committed. */
  ARTIFACT_WRITE_FAILED: later,
  /** An artifact exists but could not be read: the disk is failing, the mount was lost, or Cloud Storage cannot be reached. Nothing was committed. */
  ARTIFACT_READ_FAILED: later,
  /** Discovery Engine, or the token server, cannot be reached or reports an internal failure; or a proxy or another intermediary answered instead. */
  GEMINI_UNREACHABLE: later,
  /** Discovery Engine's quota is exhausted, and all retries were refused. All connectors of the project share it. */
  GEMINI_QUOTA: later,
  /** Discovery Engine is processing another request for the same resource and refuses a second one until it is done. */
  GEMINI_BUSY: later,
  /** Discovery Engine refuses the request because of the current state of the data store or its project, and kept refusing while the run waited for other operations. The message quotes its reason, which says what must change first. */
  GEMINI_PRECONDITION: wrong(EXIT.unavailable),
  /** A request was sent and no clear response came, so whether it took effect is unknown. The next run checks before it resends. */
  GEMINI_UNCLEAR: later,
  /** Google credentials are missing, cannot be refreshed, or are refused by Google; or the proxy requires a user name and a password. */
  GEMINI_CREDENTIALS: wrong(EXIT.permission),
  /** Google accepts the credentials and denies the request: a role is missing, or the API is not enabled. The hint names which. */
  GEMINI_PERMISSION: wrong(EXIT.permission),
  /** Discovery Engine has no such data store, operation or document at this location. Check `gemini.dataStoreId` and `gemini.location`. */
  GEMINI_NOT_FOUND: wrong(EXIT.configuration),
  /** Discovery Engine refuses the request, or its response cannot be understood by this version; the message quotes it. */
  GEMINI_REFUSED: wrong(EXIT.unavailable),
  /** A check of `doctor`, or a comparison of `check-drift`, had no response in time, so its result is unknown. Try again; if it keeps failing, check the network path to the service. */
  CHECK_TIMEOUT: later,
} as const satisfies Record<string, ErrorKind>;
