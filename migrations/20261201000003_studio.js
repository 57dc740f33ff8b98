// @ts-check

/**
 * Connector Studio: the drafts of its users, and the pull requests that it proposed. Times are ISO 8601 in UTC, as in the other
 * tables.
 *
 * @typedef {import('knex').Knex} Knex
 */

/** @param {Knex} knex */
export async function up(knex) {
  await knex.raw(`create table studio_drafts (
    id text primary key,
    actor_id text not null,
    intent text not null check (intent in ('create', 'edit', 'clone')),
    -- The connector that is edited or cloned; empty for a new one.
    connector_id text not null,
    -- The file of the connector in the repository; empty until a new connector has a name.
    path text not null,
    content text not null,
    -- The last content that could be read as YAML: what the form shows while the content cannot.
    readable_content text not null,
    -- The file, its blob and the commit that the draft started from; null if the file did not exist.
    base_content text,
    base_blob text,
    base_commit text,
    -- Grows with every change, so that a change of an older text is detected.
    version integer not null,
    created_at text not null,
    updated_at text not null
  )`);
  await knex.raw(
    `create unique index studio_drafts_edited on studio_drafts (actor_id, connector_id) where intent = 'edit'`,
  );
  await knex.raw('create index studio_drafts_updated on studio_drafts (updated_at)');
  await knex.raw(`create table studio_proposals (
    id text primary key,
    connector_id text not null,
    action text not null check (action in ('create', 'edit', 'clone', 'delete', 'pause', 'resume')),
    repository text not null,
    branch text not null,
    base_branch text not null,
    base_commit text not null,
    -- asked to branch: the last step of the journal that was completed; then the state of the pull request.
    state text not null
      check (state in ('asked', 'tree', 'commit', 'branch', 'open', 'merged', 'closed', 'unknown', 'failed')),
    -- The commit of this program that the branch got last.
    head_commit text,
    -- The commit that the branch is about to get; null once it is there.
    next_commit text,
    -- 1: the branch has commits of other people, whose files every later commit keeps.
    is_shared integer not null default 0 check (is_shared in (0, 1)),
    pull_number integer,
    pull_url text,
    title text not null,
    body text not null,
    -- A JSON array: path, blob before and blob after; null where the file does not exist.
    files text not null,
    proposed_by text not null,
    proposed_by_name text not null,
    draft_id text,
    created_at text not null,
    updated_at text not null,
    -- When the state of the pull request was last requested, and the ETag of that response.
    checked_at text,
    etag text,
    error_code text,
    error_message text
  )`);
  // An open proposal of a connector is extended, so there is at most one.
  await knex.raw(`create unique index studio_proposals_open on studio_proposals (repository, connector_id)
    where state in ('asked', 'tree', 'commit', 'branch', 'open')`);
  await knex.raw('create index studio_proposals_branch on studio_proposals (repository, branch)');
  // Proposals of a repository are written one after the other; the lease of a killed server expires.
  await knex.raw(`create table studio_proposal_leases (
    repository text primary key,
    holder text not null,
    -- By the clock of the database, in milliseconds since 1970.
    expires_at ${knex.client.driverName === 'pg' ? 'double precision' : 'integer'} not null
  )`);
  await knex.raw('create index studio_proposals_created on studio_proposals (created_at)');
}

/** @param {Knex} knex */
export async function down(knex) {
  for (const table of ['studio_proposal_leases', 'studio_proposals', 'studio_drafts'])
    await knex.schema.dropTable(table);
}
