// Generated from src/core/error-kinds by `npm run generate`. Change it there.
import type { ErrorCode } from '../../../core/error-kinds.ts';

/** The meaning and the fix of every error code, in Markdown without links. */
export const ERROR_MEANINGS: Readonly<Record<ErrorCode, string>> = {
  USAGE:
    'The command line is wrong: an unknown option, a missing argument, a value out of range. See `--help`.',
  RUN_ID_TAKEN:
    'This run id was used by another definition, or the data store may still read the artifacts of an earlier attempt that had it. Give each run an id of its own, or leave `--run-id` out.',
  PUSH_RUN_UNKNOWN:
    '`--push-run-id` names no push of this connector: the id is wrong, or the push was delivered and its record has expired.',
  RIGHT_MISSING:
    "The caller's key or group does not have the right that this action needs. Ask an administrator for it.",
  KEY_UNKNOWN:
    'No key has this id. Run `gemini-sync-bridge keys list` to see the ids; the id is also the part of a key after `gsb_`.',
  CONNECTOR_FILE_UNREADABLE:
    'The file of a connector, a knowledge source or an app does not exist or cannot be read. Check the path; it is relative to the working directory.',
  DRAFT_UNKNOWN:
    'The caller has no draft with this id in Studio: the id is wrong, the draft belongs to another person, or it was discarded or is older than 30 days. Open the editor from the catalog again.',
  DRAFT_CHANGED:
    'A draft in Studio was changed in another window after the caller read it. Nothing was overwritten. Read the draft again, and repeat the change.',
  DRAFT_REFUSED:
    'A draft in Studio is larger than 1 MiB or contains characters that YAML does not allow, or the person has too many drafts. The message says which. Nothing was saved.',
  CONNECTOR_INVALID:
    'The connector file is not valid. The message lists every problem with file, line and field; `validate` reports the same problems.',
  NOT_SUPPORTED: 'The connector uses a feature that this version does not support.',
  POLICY_INVALID:
    'The policy file of `POLICY_FILE` cannot be read or is not valid, so no connector can be used. The message lists every problem with file and line.',
  POLICY_REFUSED:
    "The operator's policy does not allow what the connector asks for: a secret, a host, a file, a bucket or a data store. Nothing was sent. Change the connector, or ask the operator to add it to a rule.",
  DEFINITIONS_INVALID:
    'Some of the definitions that `generate` reads have errors, so that nothing is written: a definition that is left out would lose its schedule. The message lists every problem with file and line.',
  SCHEDULE_UNSUPPORTED:
    'A definition cannot be scheduled where `generate` writes to: two definitions get the same name there, the name is reserved, or the scheduler does not support the schedule or its time zone. The message names the file and the field.',
  GENERATED_FILE_EDITED:
    'A file that `generate` writes was changed by hand, or was not written by `generate` at all. It is left unchanged. Move the change into the definition, or write the file again with `--force`.',
  GENERATED_FILE_UNWRITABLE:
    'A file of `generate` cannot be read, written or removed: a permission is missing, the disk is full, or something else is in its place. The message names the file. Correct it, and generate again: files that were already written are current.',
  REQUEST_EXPIRED:
    'No worker took a requested run before the request expired, because its schedule has `catchUp: none`. The next start of the schedule requests another run. Check that a worker is running.',
  DEFINITION_UNKNOWN:
    'A requested run names a definition that `CONNECTORS_DIR` does not have, or whose file has errors. Nothing was started. Check the files with `gemini-sync-bridge validate`, and run `generate pg-cron` again if a definition was removed.',
  DEFINITION_PAUSED:
    'The schedule requested a run of a definition that has `paused: true`, so nothing was started. Run `generate pg-cron` again, which removes the job. A person can still start a run.',
  DRIFT_FILE_UNREADABLE:
    'A page of documentation, a folder of flows or a file of values that `check-drift` compares does not exist, cannot be read, or is too large. Check the path; it is relative to the working directory.',
  VALUES_INVALID:
    'The Helm values file that `generate helm-values` reads cannot be read, is not valid YAML, or has a `scheduleJobs` that it cannot change without changing something else. It is left unchanged. The message lists every problem with its line.',
  SECRET_MISSING:
    'A secret that the connector names is not set. The message names the environment variable to set.',
  SECRET_INVALID:
    'A secret is set but cannot be used, for example an invalid connection string. Its value is never shown.',
  SECRET_WEAK:
    'The push token of a connector is too short or too simple, so it could be guessed, and pushes with it are refused. Set a token of at least 16 characters, such as the output of `openssl rand -hex 32`.',
  SECRET_UNREADABLE:
    'A stored secret cannot be decrypted: the key is missing from `MANAGED_SECRET_ENCRYPTION_KEY` or another one, or its row was changed. Nothing falls back to an environment variable. Run `gemini-sync-bridge secrets list` to see which key it needs.',
  SECRET_UNKNOWN: 'No stored secret has this name. Run `gemini-sync-bridge secrets list` to see them.',
  SECRET_IN_USE:
    'A definition names the stored secret that would be deleted. Change the definition first, or confirm the deletion with `--yes`.',
  SECRET_VALUE_INVALID:
    'The value or a setting of a stored secret cannot be used: empty, too long, with blanks around it or a NUL character, or a name, host or connector that is not valid. Nothing was stored.',
  SECRET_NOT_ALLOWED:
    'A stored secret may be used only by other connectors, or sent only to other hosts. Nothing was sent. An administrator can allow it with `gemini-sync-bridge secrets set`.',
  SECRETS_KEY_MISSING:
    'A secret can be stored or read only with a key, and `MANAGED_SECRET_ENCRYPTION_KEY` is not set. Make a key with `gemini-sync-bridge secrets new-key`.',
  SECRETS_KEY_WRONG:
    'A key of `MANAGED_SECRET_ENCRYPTION_KEY` is not the one that was used before under its id. Nothing was stored. Set the former key, or give the new key an id of its own.',
  ENVIRONMENT_INVALID: 'An environment variable has an invalid value.',
  PORT_TAKEN: 'Another program uses the port of `serve`. Choose another `--port`.',
  HOST_INVALID:
    '`serve --host` is not an address of this machine, or the port needs privileges that this user does not have. Check `--host` and `--port`.',
  INIT_CONFLICT:
    '`init` would replace files that exist with other content. Nothing was written. The message lists the files. Choose an empty folder, or use `--force`, which writes the other files and keeps these.',
  INIT_UNWRITABLE:
    '`init` cannot write to the folder: permissions, a read-only or full disk, or a path that leads through a file. The message names the path.',
  SOURCE_UNREACHABLE:
    'The source cannot be reached: unknown host, refused port, network down. Nothing was changed.',
  SOURCE_LOST:
    'The source closed the connection, or cancelled the query, during the run. Nothing was committed.',
  SOURCE_TIMEOUT:
    'The source did not answer in time. Raise `source.connectTimeoutSeconds` or `source.statementTimeoutSeconds`, or make the query faster; for an API, raise `source.requestTimeoutSeconds` or request smaller pages.',
  SOURCE_AUTH_FAILED: 'The source, or the proxy in front of it, refuses the user name or the password.',
  SOURCE_PERMISSION:
    'The user may log in to the source but has no permission to read what the query selects: grant SELECT on it. Or the process has no permission to read a file or folder.',
  SOURCE_TLS:
    'TLS to the source failed: the certificate is not trusted, or the server and the connection string disagree about TLS.',
  SOURCE_QUERY_INVALID:
    'The database rejects the query: an unknown table or column, or a syntax error. The message has the text of the database and the position.',
  SOURCE_PROBE_INVALID:
    'The probe of `source.unchangedQuery` did not return exactly one short row of text. Nothing was changed. Correct the probe.',
  SOURCE_COLUMN_MISSING:
    'The mapping names columns that the source does not have. The message lists the missing ones and what the query returns.',
  SOURCE_REFUSED: 'The source refused the query for another reason, which the message quotes.',
  SOURCE_RATE_LIMITED:
    'The API is rate-limiting and asked for a longer wait than a run allows. Run again after `next_run_after` in the result of `run --json`.',
  SOURCE_ANSWER_INVALID:
    'The response is not JSON, or is itself an error report. The cause is often a login page, a wrong URL, or a proxy. Nothing was changed.',
  SOURCE_ANSWER_TOO_LARGE:
    'The response has more bytes than one page may have. Request smaller pages with `source.pagination.pageSize`.',
  SOURCE_RECORDS_MISSING:
    'The response has no list of records at the configured path, or it has several lists and no path is configured. Correct `source.recordsPath`.',
  SOURCE_REQUEST_UNFILLED:
    'A template of the request, such as `{{ parent.key }}` in `source.url`, cannot be filled from a record of the API: the field is missing or empty, or its value cannot be in that part of a request. Nothing was changed. Correct the template.',
  SOURCE_PARENTS_TOO_MANY:
    'The listing of `source.parents` has more parents than allowed, and each needs a request of its own. Nothing was changed. Raise `source.parents.maxParents`, or request fewer parents.',
  SOURCE_PAGINATION:
    'The pagination of the API ends early, loops, or leads to another server, so the listing may be incomplete. Nothing was changed. Correct `source.pagination`.',
  SOURCE_PLACE_EXPIRED:
    'The API no longer knows the link or token from which the last run wanted to continue. A run begins again by itself when its connector has `changes.nextPath`; otherwise run once with `--full`.',
  SOURCE_REDIRECT:
    'The API redirects in a loop, or to another server, to which credentials are not sent. Set `source.url` to the URL that it redirects to.',
  SOURCE_SPOOL_FAILED:
    'A listing of changes does not fit into the folder for temporary files. Free some space there, or set `TMPDIR` to another folder.',
  SOURCE_WATERMARK_INVALID:
    'A record of the API has a watermark that cannot be compared with the others. Correct `source.watermarkField` or `source.watermarkStart`.',
  SOURCE_WATERMARK_RETYPED:
    'The column of `source.watermarkField` has another type than in the last run, so the checkpoint cannot be compared with it. Nothing was changed. Run once with `--full`, or cast the column in the query.',
  SOURCE_FOLDER_MISSING:
    'The folder of `source.path` does not exist, or is not a folder. Check the path, and that the file system is mounted.',
  SOURCE_FILE_REFUSED:
    'The folder contains something that can be neither read nor safely skipped: a broken link, a link that leads out of the folder, or too many files.',
  SOURCE_FILE_INVALID:
    'A file does not have the format that the connector declares: another encoding, an unclosed quote, a row with too many cells, or invalid JSON. The message names file and line. Nothing was changed.',
  SOURCE_FILE_CHANGING:
    'A file is being written: it was modified a moment ago, or it changed while it was read. Nothing was changed; try again.',
  PREVIEW_BUSY:
    'Another preview is in progress, or this person started too many in the last minute. Nothing was sent. Wait, and try again.',
  PREVIEW_SECRET_REFUSED:
    'The draft would send a secret to a server, or use it in a connector, that it is not bound to. Nothing was sent. An administrator may bind the secret to both in Studio.',
  PREVIEW_REFUSED:
    'Previews may not use what the draft names: a folder, a certificate file, several statements, or a way to log in. Nothing was sent. The message names it.',
  PREVIEW_UNREACHABLE:
    'The preview could not connect to the source, or its address is not allowed in previews. The log of the server has the reason. Check host and port; the operator lists private addresses in `STUDIO_ALLOWED_HOSTS`.',
  PREVIEW_TIMEOUT:
    'The source did not answer in time, so the preview was stopped, and its query was cancelled. Make the query faster, or request smaller pages.',
  PREVIEW_EVENTS_INVALID:
    'The sample events for a push connector are not JSON or NDJSON, or exceed a limit of the push API.',
  PREVIEW_FAILED:
    'The process of the preview ended without a result: it needed more memory than a preview may have, or a driver crashed.',
  TEMPLATE_TOO_SLOW:
    'Rendering the templates of the connector took too long, so the run stopped before anything was sent. Simplify `mapping.contentTemplate` or `mapping.uriTemplate`.',
  DUPLICATE_ID:
    'Two rows of one run have the same document id. Ids must be unique: choose another `mapping.idField`, or make the query return each row once.',
  QUARANTINE_LIMIT:
    'More rows were quarantined than `quarantine` allows, so the run stopped before anything was sent. Fix the rows or raise the limit.',
  STATE_UNREACHABLE:
    'The state database cannot be reached, or the connection was lost during the run. No partial change is left: the next run continues from the last commit.',
  STATE_LIMIT:
    'The state database is reachable, but one of its limits stopped the work: a timeout, a conflict with another session, a full or failing disk, or too little memory. The message names the limit, and the hint says what to do. No partial change is left: the next run continues from the last commit.',
  STATE_FAILED:
    'The state database refuses the work: missing permission, a read-only server or disk, or a damaged file. A retry does not help until this is fixed.',
  STATE_ROW_UNREADABLE:
    'The row of one run in the state database cannot be read, so Ops shows that run without its counts. Other runs are not affected.',
  STATE_NEWER:
    'The state database was written by a newer version of this program. Upgrade the program; it never downgrades a schema.',
  STATE_NOT_MIGRATED:
    'The schema of the state database is missing or out of date. Run `gemini-sync-bridge migrate` once, with a user that may create tables.',
  LEASE_HELD:
    'Another run of this connector is in progress; the message names it. Only one run of a connector can be in progress at a time.',
  LEASE_LOST:
    'This run did not renew its lease in time and another run took over, so it stopped without writing anything.',
  GEMINI_STORE_MISMATCH:
    'The data store does not match the connector: its access control or content configuration differs. Nothing was sent. Both are set when a data store is created and cannot be changed later.',
  GEMINI_OPERATION_PENDING:
    'Discovery Engine has not finished an operation of this run. The next run continues to wait for the same operation.',
  GEMINI_OPERATION_FAILED:
    'Discovery Engine ended an operation with an error. How much of it took effect is unknown; the next run sends the same documents again.',
  GEMINI_UNPROVEN:
    'Discovery Engine ended an operation with failures that cannot be told apart from its successes, or with counts that do not add up. None of it is recorded as done; the next run sends the same documents again.',
  GEMINI_PURGE_UNSAFE: 'A trial purge would have deleted documents it must not. Nothing was deleted.',
  RECONCILIATION_REFUSED:
    'A full reconciliation was requested, and the listing is not complete enough to delete by. Nothing was sent. The message has the reason; a run without `--reconcile-full` is safe.',
  RETIRE_SHARED_SCOPE:
    'Another file of `CONNECTORS_DIR` defines a connector with the same name and data store, so its documents would be deleted as well. Nothing was deleted. Remove or rename that connector, or remove this file without `retire`.',
  RETIRE_PUSHES_WAITING:
    'Pushed events of the connector wait for a run. They would be lost, or their documents would appear again. Nothing was deleted. Stop the producers, deliver the events with `run`, and retire again.',
  RETIRE_COUNT_CHANGED:
    'The number of documents changed between the count of `retire` and its deletes, because another run of the connector ended. Nothing was deleted. Run `retire` again to see the new number.',
  ARTIFACT_SCHEME_UNKNOWN:
    'The scheme of the bucket URL is unknown. Use `gs://` or `file://` in `output.bucket`.',
  ARTIFACT_EXISTS:
    'An artifact with this name exists with other content. Artifacts are immutable; a run id must not be used twice for different data.',
  ARTIFACT_MISSING: 'An artifact that should exist does not. Check whether it was removed from the bucket.',
  ARTIFACT_BUCKET_MISSING:
    'The bucket does not exist. Create it, or correct `output.bucket`; this program never creates a bucket.',
  ARTIFACT_CREDENTIALS:
    'There are no Google credentials for the bucket, or Google gives no token for them. The hint says how to log in.',
  ARTIFACT_PERMISSION:
    'The artifact store refuses access: a read-only file system, missing permissions, or a proxy that asks for a password.',
  ARTIFACT_WRITE_FAILED:
    'An artifact could not be written: the disk is full or failing, or Cloud Storage cannot be reached. Nothing was committed.',
  ARTIFACT_READ_FAILED:
    'An artifact exists but could not be read: the disk is failing, the mount was lost, or Cloud Storage cannot be reached. Nothing was committed.',
  GEMINI_UNREACHABLE:
    'Discovery Engine, or the token server, cannot be reached or reports an internal failure; or a proxy or another intermediary answered instead.',
  GEMINI_QUOTA:
    "Discovery Engine's quota is exhausted, and all retries were refused. All connectors of the project share it.",
  GEMINI_BUSY:
    'Discovery Engine is processing another request for the same resource and refuses a second one until it is done.',
  GEMINI_PRECONDITION:
    'Discovery Engine refuses the request because of the current state of the data store or its project, and kept refusing while the run waited for other operations. The message quotes its reason, which says what must change first.',
  GEMINI_UNCLEAR:
    'A request was sent and no clear response came, so whether it took effect is unknown. The next run checks before it resends.',
  GEMINI_CREDENTIALS:
    'Google credentials are missing, cannot be refreshed, or are refused by Google; or the proxy requires a user name and a password.',
  GEMINI_PERMISSION:
    'Google accepts the credentials and denies the request: a role is missing, or the API is not enabled. The hint names which.',
  GEMINI_NOT_FOUND:
    'Discovery Engine has no such data store, operation or document at this location. Check `gemini.dataStoreId` and `gemini.location`.',
  GEMINI_REFUSED:
    'Discovery Engine refuses the request, or its response cannot be understood by this version; the message quotes it.',
  CHECK_TIMEOUT:
    'A check of `doctor`, or a comparison of `check-drift`, had no response in time, so its result is unknown. Try again; if it keeps failing, check the network path to the service.',
  GITHUB_CREDENTIALS:
    'GitHub refuses the credentials: the token or the key of the app is wrong, revoked or expired. Nothing was changed. Create a new one, and set `GITHUB_TOKEN` or the variables of the app.',
  GITHUB_PERMISSION:
    'GitHub accepts the credentials and denies the request: a permission is missing, single sign-on has to be authorised, the repository is archived, or a rule protects the branch. The message says which.',
  GITHUB_NOT_FOUND:
    'GitHub has no such repository or branch, or the credentials cannot see it. Check `GITHUB_REPO`, `GITHUB_BASE_BRANCH`, and which repositories the credentials include.',
  GITHUB_CONFLICT:
    'The repository is being changed by another request, or it has no commit yet. Nothing half done is visible. Create a first commit if the repository is empty; otherwise try again.',
  GITHUB_REFUSED:
    'GitHub refuses the request as invalid, or its response cannot be understood by this version; the message quotes it.',
  GITHUB_LIMITED:
    'The credentials have reached a limit of GitHub for requests or for new content. Try again after the time in the message, and not before: further requests can lead to a block.',
  GITHUB_UNREACHABLE:
    'GitHub cannot be reached, failed, or did not answer in time, so it is unknown whether the request took effect. The next attempt looks before it repeats anything; try again.',
  GITHUB_MOVED:
    'The repository has another name now, or the API redirects to another address, to which credentials are not sent. Set `GITHUB_REPO` or `GITHUB_API_URL` to the new name or address.',
  GITHUB_NOT_CONFIGURED:
    'No credentials for GitHub are configured, so nothing can be proposed. Set `GITHUB_TOKEN` and `GITHUB_REPO`, or download the patch and apply it by hand.',
  PROPOSAL_BUSY:
    'Another proposal for the same repository is in progress; one is written at a time. Try again in a moment. A proposal whose server was killed blocks others for at most a minute.',
  PROPOSAL_EMPTY: 'The proposed files are those of the base branch, so nothing was proposed.',
  PROPOSAL_CONFLICT:
    'Another person changed a file of this proposal, on the base branch or on the branch of the proposal, after the author began. Nothing was proposed. Compare both versions, and take theirs as the new draft or start again.',
  PROPOSAL_REFUSED:
    'The change cannot be proposed: the draft has problems, an edit renames the connector, or a file of the repository cannot be edited without changing something else. Nothing was proposed. The message lists the reasons.',
  PROPOSAL_UNKNOWN: 'No proposal has this id. The list of proposals has the ids.',
  REPOSITORY_FILE_REFUSED:
    'A file of the repository is a symbolic link or a submodule, is too large or not UTF-8, or its path leads out of the configured folders. It is neither read nor changed.',
  KNOWLEDGE_SOURCE_UNKNOWN:
    'No knowledge source has this id or name. Run `gemini-sync-bridge kb list` to see them, or create one with `kb apply`.',
  KNOWLEDGE_SOURCE_INVALID:
    'The file of a knowledge source is not valid, or its row in `kb_sources` cannot be used because `config` lacks a field or has a wrong value. The message names the field. Correct the file and run `kb apply` again, or correct the row.',
  EMBEDDINGS_UNREACHABLE:
    'The embedding API cannot be reached, did not answer in time, or reports an internal failure or an exceeded quota. Nothing was stored; try again.',
  EMBEDDINGS_CREDENTIALS:
    'The embedding API refuses the key, or the key has no permission for the model. Check `OPENAI_API_KEY`.',
  EMBEDDINGS_REFUSED:
    'The embedding API refuses every text of a request, or the model is unknown. The message quotes it. Nothing was stored.',
  EMBEDDINGS_INVALID:
    'The embedding API returned vectors of another number, length or order than requested. Nothing was stored. Check `OPENAI_BASE_URL`.',
  APP_UNKNOWN: 'No app has this key. The message lists the apps of `CONNECTORS_DIR`.',
  APP_INVALID:
    "The app's file is not valid. The message lists every problem with file, line and field; `validate` reports the same problems.",
  APP_COLLECTION_UNKNOWN: 'The app has no collection with this key. The message lists its collections.',
  APP_RECORD_REFUSED:
    'A record of the API cannot be stored, because the database refuses its text, such as a NUL character. The other records were stored; this one is named by its id.',
  APP_RECORD_UNUSABLE:
    'A record of the API is not an object, or has no id. The other records were stored; this one is named by its page and position. Correct `recordsPath` or `idField` of the collection.',
  INTERRUPTED:
    'The run was stopped by a signal. Nothing was committed; the next run starts from the same checkpoint.',
  INTERNAL: 'A bug in this program. Please report it with the log.',
};
