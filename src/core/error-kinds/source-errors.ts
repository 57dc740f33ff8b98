import { EXIT } from '../exit-status.ts';
import { later, wrong, type ErrorKind } from './error-kind.ts';

/** Errors of sources and of their rows, and of previews, which read them. */
export const SOURCE_ERRORS = {
  /** The source cannot be reached: unknown host, refused port, network down. Nothing was changed. */
  SOURCE_UNREACHABLE: later,
  /** The source closed the connection, or cancelled the query, during the run. Nothing was committed. */
  SOURCE_LOST: later,
  /** The source did not answer in time. Raise `source.connectTimeoutSeconds` or `source.statementTimeoutSeconds`, or make the query faster; for an API, raise `source.requestTimeoutSeconds` or request smaller pages. */
  SOURCE_TIMEOUT: later,
  /** The source, or the proxy in front of it, refuses the user name or the password. */
  SOURCE_AUTH_FAILED: wrong(EXIT.permission),
  /** The user may log in to the source but has no permission to read what the query selects: grant SELECT on it. Or the process has no permission to read a file or folder. */
  SOURCE_PERMISSION: wrong(EXIT.permission),
  /** TLS to the source failed: the certificate is not trusted, or the server and the connection string disagree about TLS. */
  SOURCE_TLS: wrong(EXIT.configuration),
  /** The database rejects the query: an unknown table or column, or a syntax error. The message has the text of the database and the position. */
  SOURCE_QUERY_INVALID: wrong(EXIT.configuration),
  /** The probe of `source.unchangedQuery` did not return exactly one short row of text. Nothing was changed. Correct the probe. */
  SOURCE_PROBE_INVALID: wrong(EXIT.configuration),
  /** The mapping names columns that the source does not have. The message lists the missing ones and what the query returns. */
  SOURCE_COLUMN_MISSING: wrong(EXIT.configuration),
  /** The source refused the query for another reason, which the message quotes. */
  SOURCE_REFUSED: wrong(EXIT.unavailable),
  /** The API is rate-limiting and asked for a longer wait than a run allows. Run again after `next_run_after` in the result of `run --json`. */
  SOURCE_RATE_LIMITED: later,
  /** The response is not JSON, or is itself an error report. The cause is often a login page, a wrong URL, or a proxy. Nothing was changed. */
  SOURCE_ANSWER_INVALID: wrong(EXIT.unavailable),
  /** The response has more bytes than one page may have. Request smaller pages with `source.pagination.pageSize`. */
  SOURCE_ANSWER_TOO_LARGE: wrong(EXIT.configuration),
  /** The response has no list of records at the configured path, or it has several lists and no path is configured. Correct `source.recordsPath`. */
  SOURCE_RECORDS_MISSING: wrong(EXIT.configuration),
  /** A template of the request, such as `{{ parent.key }}` in `source.url`, cannot be filled from a record of the API: the field is missing or empty, or its value cannot be in that part of a request. Nothing was changed. Correct the template. */
  SOURCE_REQUEST_UNFILLED: wrong(EXIT.configuration),
  /** The listing of `source.parents` has more parents than allowed, and each needs a request of its own. Nothing was changed. Raise `source.parents.maxParents`, or request fewer parents. */
  SOURCE_PARENTS_TOO_MANY: wrong(EXIT.configuration),
  /** The pagination of the API ends early, loops, or leads to another server, so the listing may be incomplete. Nothing was changed. Correct `source.pagination`. */
  SOURCE_PAGINATION: wrong(EXIT.configuration),
  /** The API no longer knows the link or token from which the last run wanted to continue. A run begins again by itself when its connector has `changes.nextPath`; otherwise run once with `--full`. */
  SOURCE_PLACE_EXPIRED: wrong(EXIT.unavailable),
  /** The API redirects in a loop, or to another server, to which credentials are not sent. Set `source.url` to the URL that it redirects to. */
  SOURCE_REDIRECT: wrong(EXIT.configuration),
  /** A listing of changes does not fit into the folder for temporary files. Free some space there, or set `TMPDIR` to another folder. */
  SOURCE_SPOOL_FAILED: later,
  /** A record of the API has a watermark that cannot be compared with the others. Correct `source.watermarkField` or `source.watermarkStart`. */
  SOURCE_WATERMARK_INVALID: wrong(EXIT.badData),
  /** The column of `source.watermarkField` has another type than in the last run, so the checkpoint cannot be compared with it. Nothing was changed. Run once with `--full`, or cast the column in the query. */
  SOURCE_WATERMARK_RETYPED: wrong(EXIT.badData),
  /** The folder of `source.path` does not exist, or is not a folder. Check the path, and that the file system is mounted. */
  SOURCE_FOLDER_MISSING: wrong(EXIT.configuration),
  /** The folder contains something that can be neither read nor safely skipped: a broken link, a link that leads out of the folder, or too many files. */
  SOURCE_FILE_REFUSED: wrong(EXIT.configuration),
  /** A file does not have the format that the connector declares: another encoding, an unclosed quote, a row with too many cells, or invalid JSON. The message names file and line. Nothing was changed. */
  SOURCE_FILE_INVALID: wrong(EXIT.badData),
  /** A file is being written: it was modified a moment ago, or it changed while it was read. Nothing was changed; try again. */
  SOURCE_FILE_CHANGING: later,
  /** Another preview is in progress, or this person started too many in the last minute. Nothing was sent. Wait, and try again. */
  PREVIEW_BUSY: later,
  /** The draft would send a secret to a server, or use it in a connector, that it is not bound to. Nothing was sent. An administrator may bind the secret to both in Studio. */
  PREVIEW_SECRET_REFUSED: wrong(EXIT.permission),
  /** Previews may not use what the draft names: a folder, a certificate file, several statements, or a way to log in. Nothing was sent. The message names it. */
  PREVIEW_REFUSED: wrong(EXIT.permission),
  /** The preview could not connect to the source, or its address is not allowed in previews. The log of the server has the reason. Check host and port; the operator lists private addresses in `STUDIO_ALLOWED_HOSTS`. */
  PREVIEW_UNREACHABLE: later,
  /** The source did not answer in time, so the preview was stopped, and its query was cancelled. Make the query faster, or request smaller pages. */
  PREVIEW_TIMEOUT: later,
  /** The sample events for a push connector are not JSON or NDJSON, or exceed a limit of the push API. */
  PREVIEW_EVENTS_INVALID: wrong(EXIT.badData),
  /** The process of the preview ended without a result: it needed more memory than a preview may have, or a driver crashed. */
  PREVIEW_FAILED: wrong(EXIT.unavailable),
  /** Rendering the templates of the connector took too long, so the run stopped before anything was sent. Simplify `mapping.contentTemplate` or `mapping.uriTemplate`. */
  TEMPLATE_TOO_SLOW: wrong(EXIT.configuration),
  /** Two rows of one run have the same document id. Ids must be unique: choose another `mapping.idField`, or make the query return each row once. */
  DUPLICATE_ID: wrong(EXIT.badData),
  /** More rows were quarantined than `quarantine` allows, so the run stopped before anything was sent. Fix the rows or raise the limit. */
  QUARANTINE_LIMIT: wrong(EXIT.badData),
} as const satisfies Record<string, ErrorKind>;
