import { EXIT, type ExitStatus } from './exit-status.ts';
import { printable } from './printable.ts';

interface ErrorKind {
  readonly exit: ExitStatus;
  /** Whether the same command, run again later without a change, can succeed. */
  readonly retryable: boolean;
}

const wrong = (exit: ExitStatus): ErrorKind => ({ exit, retryable: false });
const later: ErrorKind = { exit: EXIT.tryAgain, retryable: true };

/**
 * Every error a user can meet, with its exit status and whether trying again helps.
 * The comments are the reference: `docs/errors.md` is generated from them (`npm run generate`).
 */
export const ERROR_KINDS = {
  /** The command line is wrong: an unknown option, a missing argument, a value out of range. See `--help`. */
  USAGE: wrong(EXIT.usage),
  /** This run id was used by another connector, or the data store may still read the artifacts of an earlier attempt that had it. Give each run an id of its own, or leave `--run-id` out. */
  RUN_ID_TAKEN: wrong(EXIT.usage),
  /** `--push-run-id` names no push of this connector: the id is wrong, or the push was delivered so long ago that it is forgotten. */
  PUSH_RUN_UNKNOWN: wrong(EXIT.usage),

  /** There is no key with this id. `gemini-sync-bridge keys list` shows those there are; the id stands in the key too, after `gsb_`. */
  KEY_UNKNOWN: wrong(EXIT.usage),
  /** The connector file does not exist or cannot be read. Check the path; it is relative to the working directory. */
  CONNECTOR_FILE_UNREADABLE: wrong(EXIT.configuration),
  /** The connector file is not valid. The message lists every problem with file, line and field; `validate` shows the same. */
  CONNECTOR_INVALID: wrong(EXIT.configuration),
  /** The connector asks for something this version cannot do yet. */
  NOT_SUPPORTED: wrong(EXIT.configuration),
  /** A secret that the connector names is not set. The message names the environment variable to set. */
  SECRET_MISSING: wrong(EXIT.configuration),
  /** A secret is set but cannot be used, for example a connection string that is not one. Its value is never shown. */
  SECRET_INVALID: wrong(EXIT.configuration),
  /** The push token of a connector is short or simple enough to be guessed, so pushes with it are refused. Set another one of at least 16 characters, such as the output of `openssl rand -hex 32`. */
  SECRET_WEAK: wrong(EXIT.configuration),
  /** The policy file of `POLICY_FILE` cannot be read or is not valid, so no connector is used. The message lists every problem with file and line. */
  POLICY_INVALID: wrong(EXIT.configuration),
  /** The operator's policy does not allow what the connector asks for: a secret, a host, a file, a bucket or a data store. Nothing was sent. Change the connector, or ask the operator to add it to a rule. */
  POLICY_REFUSED: wrong(EXIT.permission),
  /** An environment variable holds a value that cannot be used. */
  ENVIRONMENT_INVALID: wrong(EXIT.configuration),
  /** The port of `serve` is taken by another program. Choose another `--port`. */
  PORT_TAKEN: wrong(EXIT.configuration),
  /** The address of `serve --host` is none of this machine's, or the port takes rights that this user does not have. */
  HOST_INVALID: wrong(EXIT.configuration),

  /** The source cannot be reached: unknown host, refused port, network down. Nothing was changed. */
  SOURCE_UNREACHABLE: later,
  /** The source broke off the connection, or cancelled the query, during the run. Nothing was committed. */
  SOURCE_LOST: later,
  /** The source did not answer in time. Raise `source.connectTimeoutSeconds` or `source.statementTimeoutSeconds`, or make the query faster; for an API, raise `source.requestTimeoutSeconds` or ask for smaller pages. */
  SOURCE_TIMEOUT: later,
  /** The source, or the proxy on the way to it, refuses the user name or the password. */
  SOURCE_AUTH_FAILED: wrong(EXIT.permission),
  /** The user may log in to the source but may not read what the query asks for: grant SELECT on it. Or a file or folder may not be read. */
  SOURCE_PERMISSION: wrong(EXIT.permission),
  /** TLS to the source failed: the certificate is not trusted, or the server and the connection string disagree about TLS. */
  SOURCE_TLS: wrong(EXIT.configuration),
  /** The query is wrong for this database: unknown table or column, syntax. The message carries the database's words and the position. */
  SOURCE_QUERY_INVALID: wrong(EXIT.configuration),
  /** The source has no column that the mapping names. The message lists the missing ones and what the query returns. */
  SOURCE_COLUMN_MISSING: wrong(EXIT.configuration),
  /** The source refused the query for another reason; the message carries its own words. */
  SOURCE_REFUSED: wrong(EXIT.unavailable),

  /** The API sends no more answers for now, and asks to wait for longer than a run waits. The result of `run --json` has the time in `next_run_after`. */
  SOURCE_RATE_LIMITED: later,
  /** The API answered what is no JSON, or what says itself that it is an error. Often a login page, a wrong address, or a proxy. Nothing was changed. */
  SOURCE_ANSWER_INVALID: wrong(EXIT.unavailable),
  /** The API answered more bytes than one page may have. Ask for smaller pages with `source.pagination.pageSize`. */
  SOURCE_ANSWER_TOO_LARGE: wrong(EXIT.configuration),
  /** The API's answer has no list of records where the connector says, or several where it does not say. Correct `source.recordsPath`. */
  SOURCE_RECORDS_MISSING: wrong(EXIT.configuration),
  /** The pages of the API lead nowhere, in a circle, or to another server, so it is not known what is missing. Nothing was changed. Correct `source.pagination`. */
  SOURCE_PAGINATION: wrong(EXIT.configuration),
  /** The API redirects in a circle, or to another server, where credentials are not sent. Write the address that it redirects to. */
  SOURCE_REDIRECT: wrong(EXIT.configuration),
  /** A listing of changes did not fit into the folder for temporary files. Free some space there, or name another folder in `TMPDIR`. */
  SOURCE_SPOOL_FAILED: later,
  /** A record of the API has a watermark that cannot be compared with the others. Correct `source.watermarkField` or `source.watermarkStart`. */
  SOURCE_WATERMARK_INVALID: wrong(EXIT.badData),
  /** The column of `source.watermarkField` has another kind than in the last run, so the checkpoint cannot be compared with it. Nothing was changed. Run once with `--full`, or cast the column in the query. */
  SOURCE_WATERMARK_RETYPED: wrong(EXIT.badData),
  /** The folder of `source.path` is not there, or is no folder. Check the path, and that the file system is mounted. */
  SOURCE_FOLDER_MISSING: wrong(EXIT.configuration),
  /** Something in the folder is not read, and must not be passed over either: a link that leads out of the folder or nowhere, or too many files. */
  SOURCE_FILE_REFUSED: wrong(EXIT.configuration),
  /** A file is not what the connector says: another encoding, a quote that is not closed, a row with too many cells, no JSON. The message names file and line. Nothing was changed. */
  SOURCE_FILE_INVALID: wrong(EXIT.badData),
  /** A file is being written: it was written to a moment ago, or it changed while it was read. Nothing was changed; try again. */
  SOURCE_FILE_CHANGING: later,

  /** The templates of the connector took too long for too many rows, so the run stopped before anything was sent. Simplify `mapping.contentTemplate` or `mapping.uriTemplate`. */
  TEMPLATE_TOO_SLOW: wrong(EXIT.configuration),
  /** Two rows of one run have the same document id. Ids must be unique: choose another `mapping.idField`, or make the query distinct. */
  DUPLICATE_ID: wrong(EXIT.badData),
  /** More rows were quarantined than `quarantine` allows, so the run stopped before anything was sent. Fix the rows or raise the limit. */
  QUARANTINE_LIMIT: wrong(EXIT.badData),

  /** The data store is not one for these documents: access control or content configuration differ. Nothing was sent. Both are fixed when a data store is created. */
  GEMINI_STORE_MISMATCH: wrong(EXIT.configuration),
  /** Discovery Engine is still at work on what was sent. The next run goes on waiting for the same operation. */
  GEMINI_OPERATION_PENDING: later,
  /** Discovery Engine ended an operation with an error. What it had done until then is not known; the next run sends the same documents again. */
  GEMINI_OPERATION_FAILED: wrong(EXIT.unavailable),
  /** Discovery Engine ended an operation with failures that cannot be told apart from its successes, or with counts that do not add up. Nothing of it counts; the next run sends the same documents again. */
  GEMINI_UNPROVEN: wrong(EXIT.unavailable),
  /** A purge was tried out, and would have deleted documents that were not to be deleted. Nothing was deleted. */
  GEMINI_PURGE_UNSAFE: wrong(EXIT.unavailable),

  /** A full reconciliation was asked for, and the listing is not one to delete by. Nothing was sent. The message says why; an ordinary run is safe. */
  RECONCILIATION_REFUSED: wrong(EXIT.badData),

  /** The state database cannot be reached, or went away during the run. Nothing half-done is left: the next run goes on from the last commit. */
  STATE_UNREACHABLE: later,
  /** The state database answers, and a limit of it ended the work: a timeout that is set on it, a lost race with another session, a full disk, too little memory. The message names the limit, the hint what to do about it. Nothing half-done is left: the next run goes on from the last commit. */
  STATE_LIMIT: later,
  /** The state database refuses: no permission, a read-only server or disk, a damaged file. A person must change something first. */
  STATE_FAILED: wrong(EXIT.unavailable),
  /** The row of one run in the state database cannot be read, so Ops shows that run without its counts. Other runs are not affected. */
  STATE_ROW_UNREADABLE: wrong(EXIT.unavailable),
  /** The state database was written by a newer version of this program. Upgrade the program; it never downgrades a schema. */
  STATE_NEWER: wrong(EXIT.configuration),
  /** The state database has no current schema. Run `gemini-sync-bridge migrate` once, with a user that may create tables. */
  STATE_NOT_MIGRATED: wrong(EXIT.configuration),

  /** Another run of this connector is at work; the message names it. One connector has one runner at a time. */
  LEASE_HELD: later,
  /** This run was taken for dead and another one took over, so it stopped without writing anything. */
  LEASE_LOST: later,

  /** No store knows this kind of bucket URL. */
  ARTIFACT_SCHEME_UNKNOWN: wrong(EXIT.configuration),
  /** An artifact of this name exists with other content. Artifacts are immutable; a run id must not be used twice for different data. */
  ARTIFACT_EXISTS: wrong(EXIT.unavailable),
  /** An artifact that should exist does not. Was it removed from the bucket? */
  ARTIFACT_MISSING: wrong(EXIT.unavailable),
  /** The bucket does not exist. Create it, or correct `output.bucket`; this program never makes a bucket. */
  ARTIFACT_BUCKET_MISSING: wrong(EXIT.configuration),
  /** The artifact store may not be used: a read-only file system, missing rights or no credentials. */
  ARTIFACT_PERMISSION: wrong(EXIT.permission),
  /** An artifact could not be written: the disk is full or failing, or Cloud Storage cannot be reached. Nothing was committed. */
  ARTIFACT_WRITE_FAILED: later,
  /** An artifact is there but could not be read: a failing disk, a lost mount, or Cloud Storage cannot be reached. Nothing was committed. */
  ARTIFACT_READ_FAILED: later,

  /** Discovery Engine, or the server that gives out tokens, cannot be reached or has a failure of its own; or something between, such as a proxy, answers in its place. */
  GEMINI_UNREACHABLE: later,
  /** Discovery Engine's quota is used up, and stayed so through all attempts. Other connectors of the project share it. */
  GEMINI_QUOTA: later,
  /** Discovery Engine is at work on the same thing and refuses a second request meanwhile. */
  GEMINI_BUSY: later,
  /** Discovery Engine refuses because of the state that the data store or its project is in, and went on refusing while the run waited for other operations. Its words say what must change first. */
  GEMINI_PRECONDITION: wrong(EXIT.unavailable),
  /** A request was sent and no clear answer came, so whether it had its effect is not known. The next run looks before it sends it again. */
  GEMINI_UNCLEAR: later,
  /** There are no Google credentials, or they cannot be refreshed, or Google refuses them; or the proxy on the way wants a user and a password. */
  GEMINI_CREDENTIALS: wrong(EXIT.permission),
  /** Google knows who is asking and does not permit it: a role is missing, or the API is not enabled. The hint names which. */
  GEMINI_PERMISSION: wrong(EXIT.permission),
  /** Discovery Engine has no such data store, operation or document at this location. Check `gemini.dataStoreId` and `gemini.location`. */
  GEMINI_NOT_FOUND: wrong(EXIT.configuration),
  /** Discovery Engine refuses the request, or answers what this version does not understand; the message carries its own words. */
  GEMINI_REFUSED: wrong(EXIT.unavailable),

  /** A check of `doctor`, or a comparison of `check-drift`, had no answer in time, so it says nothing about what it looked at. Try again; if it stays so, look at the network on the way there. */
  CHECK_TIMEOUT: later,

  /** The run was stopped by a signal. Nothing was committed; the next run starts where this one did. */
  INTERRUPTED: { exit: EXIT.terminated, retryable: true },
  /** A bug in this program. Please report it with the log. */
  INTERNAL: wrong(EXIT.bug),
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof ERROR_KINDS;

interface BridgeErrorOptions {
  /** What to do next, one sentence, printed on a line of its own. */
  readonly hint?: string;
  readonly cause?: unknown;
  /** The other side said when; trying again before cannot help. */
  readonly nextRunAfter?: Date | undefined;
  /** Overrides the table, only where one code ends differently (SIGINT and SIGTERM). */
  readonly exit?: ExitStatus;
}

/**
 * An error that a user is meant to read. `message` says what failed and on what; `code` is stable. Messages never carry
 * secrets: what builds one from a driver's error redacts it first. They and hints are printable, whatever names of files,
 * columns or words of servers are in them.
 */
export class BridgeError extends Error {
  override readonly name = 'BridgeError';
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly exit: ExitStatus;
  readonly retryable: boolean;
  readonly nextRunAfter: Date | undefined;

  /** @param message one line, or several */
  constructor(code: ErrorCode, message: string | readonly string[], options: BridgeErrorOptions = {}) {
    super(
      [message].flat().map(printable).join('\n'),
      options.cause === undefined ? undefined : { cause: options.cause },
    );
    const kind: ErrorKind = ERROR_KINDS[code];
    this.code = code;
    this.hint = options.hint === undefined ? undefined : printable(options.hint);
    this.exit = options.exit ?? kind.exit;
    this.retryable = kind.retryable;
    this.nextRunAfter = options.nextRunAfter;
  }
}

/** Any thrown value as a BridgeError; what nobody classified is a bug and says so. */
export function toBridgeError(thrown: unknown): BridgeError {
  if (thrown instanceof BridgeError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new BridgeError('INTERNAL', message, {
    cause: thrown,
    hint: 'This is a bug in gemini-sync-bridge: please report it with the log of this run.',
  });
}
