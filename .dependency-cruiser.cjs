/**
 * The layers, each rule with its reason. From the lowest: core and kernel, net, google and definitions, pipeline and policy, json, then formats,
 * then rest, push and database, then the adapters, app, server, cli. The picture is in docs/architecture.md.
 */
const adapters = 'sources|state|artifacts|gemini|telemetry|knowledge|apps|studio';
const driftComparison = '^src/app/drift/(compare-columns|drift-finding)\\.ts$';

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      comment: 'Two files that need each other are one file, or hide a third.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'core-imports-nothing-of-ours',
      comment: 'Every layer shares the words of core, so core may depend on none of them.',
      severity: 'error',
      from: { path: '^src/core/' },
      to: { path: '^src/(?!core/)' },
    },
    {
      name: 'definitions-import-core-only',
      comment: 'A definition must be readable and checkable without any adapter being loaded.',
      severity: 'error',
      from: { path: '^src/definitions/' },
      to: { path: '^src/(?!core/|definitions/)' },
    },
    {
      name: 'definitions-share-what-knows-no-kind',
      comment:
        'YAML, its edits, positions, sentences and schedules serve every kind of definition, so they know none of them.',
      severity: 'error',
      from: { path: '^src/definitions/([^/]+$|(yaml|edit|schema|schedule)/)' },
      to: { path: '^src/definitions/(?!yaml/|edit/|schema/|schedule/)[^/]+/' },
    },
    {
      name: 'net-imports-core-only',
      comment:
        'How a server is addressed and how TLS is agreed on means one thing to sources and to the state store, which may not import each other.',
      severity: 'error',
      from: { path: '^src/net/' },
      to: { path: '^src/(?!core/|net/)' },
    },
    {
      name: 'google-knows-no-api',
      comment:
        'Credentials and HTTP are the same for Discovery Engine and for Cloud Storage, whose adapters may not import each other.',
      severity: 'error',
      from: { path: '^src/google/' },
      to: { path: '^src/(?!core/|net/|google/)' },
    },
    {
      name: 'limits-are-read-in-their-folder',
      comment: 'A limit that several folders read is shared, and belongs to core.',
      severity: 'error',
      from: { path: '^src/([^/]+)/' },
      to: { path: '^src/(?!core/)[^/]+/limits\\.ts$', pathNot: '^src/$1/' },
    },
    {
      name: 'policy-is-pure',
      comment:
        'What is allowed must be testable without files, sources or a network; app passes in how paths are resolved.',
      severity: 'error',
      from: { path: '^src/policy/' },
      to: { path: '^src/(?!core/|definitions/|policy/)' },
    },
    {
      name: 'policy-is-asked-by-app-only',
      comment:
        'A source gets a permit from app and does not know where it comes from, so that no adapter can decide for itself.',
      severity: 'error',
      from: { path: '^src/(?!app/|policy/)' },
      to: { path: '^src/policy/' },
    },
    {
      name: 'pipeline-has-no-io',
      comment:
        'The phases take every source, store and clock as a port; that is what makes them testable in full.',
      severity: 'error',
      from: { path: '^src/pipeline/' },
      to: { path: '^src/(?!core/|definitions/|kernel/|pipeline/)' },
    },
    {
      name: 'kernel-is-pure-computation',
      comment:
        'It takes bytes and gives bytes. Only what opens a run reads the compiled module, so that the pipeline stays without files.',
      severity: 'error',
      from: { path: '^src/kernel/' },
      to: { path: '^src/(?!core/|kernel/)' },
    },
    {
      name: 'kernel-is-opened-by-app-only',
      comment: 'The pipeline takes an opened kernel as a port.',
      severity: 'error',
      from: { path: '^src/(?!app/|kernel/)' },
      to: { path: '^src/kernel/open-kernel\\.ts$' },
    },
    {
      name: 'pipeline-has-no-npm-package',
      comment: 'What a document is must not change with a dependency.',
      severity: 'error',
      from: { path: '^src/pipeline/' },
      to: { dependencyTypes: ['npm', 'npm-dev', 'npm-optional', 'npm-peer', 'npm-no-pkg', 'unknown'] },
    },
    {
      name: 'pipeline-uses-pure-node-modules-only',
      comment: 'Hashing and bytes are pure; files, sockets and processes are not.',
      severity: 'error',
      from: { path: '^src/pipeline/' },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?(crypto|buffer)$' },
    },
    {
      name: 'json-reads-bytes-only',
      comment:
        'JSON as bytes serves sources, pushes and REST listings, and must not know where its bytes come from.',
      severity: 'error',
      from: { path: '^src/json/' },
      to: { path: '^(src/(?!core/|pipeline/|json/)|node_modules/)' },
    },
    {
      name: 'formats-read-text-only',
      comment:
        'Files and responses have the same formats; where a text comes from, and which definition names it, come in with it.',
      severity: 'error',
      from: { path: '^src/formats/' },
      to: { path: '^src/(?!core/|definitions/rest/|pipeline/|json/|formats/)' },
    },
    {
      name: 'rest-knows-no-adapter',
      comment: 'Connectors, knowledge sources and apps read APIs with it; none of them may shape it.',
      severity: 'error',
      from: { path: '^src/rest/' },
      to: { path: '^src/(?!core/|net/|definitions/|pipeline/|json/|formats/|rest/)' },
    },
    {
      name: 'rest-knows-no-kind-of-definition',
      comment:
        'A listing is what connectors, knowledge sources and apps have in common; their names for it come in as words. Templates are the same language for all of them.',
      severity: 'error',
      from: { path: '^src/rest/' },
      to: { path: '^src/definitions/(?!rest/|templates/)[^/]+/' },
    },
    {
      name: 'push-has-no-io',
      comment: 'Whether a pushed event is right must be testable without a server and without a database.',
      severity: 'error',
      from: { path: '^src/push/' },
      to: { path: '^(src/(?!core/|definitions/|pipeline/|json/|push/)|node_modules/)' },
    },
    {
      name: 'database-knows-no-table',
      comment: 'State, knowledge and apps open the same databases; what is in their tables is theirs.',
      severity: 'error',
      from: { path: '^src/database/' },
      to: { path: '^src/(?!core/|net/|database/)' },
    },
    {
      name: 'schedules-are-pure',
      comment:
        'What a scheduler gets is computed from the definitions; app reads and writes the files, so that a check and a write cannot differ.',
      severity: 'error',
      from: { path: '^src/schedules/' },
      to: { path: '^(src/(?!core/|definitions/|schedules/)|node_modules/(?!yaml/|croner/))' },
    },
    {
      name: 'schedules-have-no-io',
      comment: 'The same definitions must give the same files on any machine.',
      severity: 'error',
      from: { path: '^src/schedules/' },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?crypto$' },
    },
    {
      name: 'adapters-never-import-each-other',
      comment: 'A source that knows a store cannot be used with another one.',
      severity: 'error',
      from: { path: `^src/(${adapters})/` },
      to: { path: `^src/(${adapters}|app|cli)/`, pathNot: '^src/$1/' },
    },
    {
      name: 'drift-comparison-is-pure',
      comment:
        'What is compared is read by the files beside it; how it is compared must be testable without them.',
      severity: 'error',
      from: { path: driftComparison },
      to: { path: '^(src/(?!core/|definitions/|pipeline/)|node_modules/)', pathNot: driftComparison },
    },
    {
      name: 'drift-comparison-has-no-io',
      comment: 'A comparison of two things that are known needs neither files nor a network.',
      severity: 'error',
      from: { path: driftComparison },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'sources-never-import-each-other',
      comment: 'What two of them share lies in sql/, beside the folders, or in src/json/.',
      severity: 'error',
      from: { path: '^src/sources/(postgres|mysql|mssql|oracle|http|file)/' },
      to: { path: '^src/sources/(postgres|mysql|mssql|oracle|http|file)/', pathNot: '^src/sources/$1/' },
    },
    {
      name: 'app-does-not-know-its-callers',
      comment: 'The command line and the server use the same composition root.',
      severity: 'error',
      from: { path: '^src/app/' },
      to: { path: '^src/(cli|server)/' },
    },
    {
      name: 'server-reaches-adapters-through-app',
      comment: 'Routes and pages say what they need; only app knows who has it.',
      severity: 'error',
      from: { path: '^src/server/' },
      to: { path: `^src/(${adapters}|cli)/` },
    },
    {
      name: 'fastify-only-in-server',
      comment: 'HTTP is one way in among several, and only `serve` pays for loading it.',
      severity: 'error',
      from: { path: '^src/(?!server/)' },
      to: { path: 'node_modules/(fastify|@fastify|preact)' },
    },
    {
      name: 'typebox-only-in-server-and-ops-model',
      comment:
        'The model of Ops is declared once, as schemas from which its types are derived; only `serve` loads them.',
      severity: 'error',
      from: { path: '^src/(?!server/|app/ops/model/)' },
      to: { path: 'node_modules/typebox/' },
    },
    {
      name: 'commander-only-in-cli',
      comment: 'The command line is one way in among several.',
      severity: 'error',
      from: { path: '^src/(?!cli/)' },
      to: { path: 'node_modules/commander' },
    },
    {
      name: 'pg-only-in-its-files',
      comment: 'One file names a driver; a run loads it only when its connector or its state needs it.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(sources/postgres/client|database/postgres-client)\\.ts$' },
      to: { path: 'node_modules/pg/' },
    },
    {
      name: 'mysql2-only-in-its-file',
      comment: 'One file names a driver; a run loads it only when its connector needs it.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/sources/mysql/client\\.ts$' },
      to: { path: 'node_modules/mysql2/' },
    },
    {
      name: 'tedious-only-in-its-files',
      comment: 'Loading it costs a third of a second; the second file uses its types alone.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/sources/mssql/(client|configuration)\\.ts$' },
      to: { path: 'node_modules/tedious/' },
    },
    {
      name: 'oracledb-only-in-its-file',
      comment: 'One file names a driver; a run loads it only when its connector needs it.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/sources/oracle/client\\.ts$' },
      to: { path: 'node_modules/oracledb/' },
    },
    {
      name: 'csv-parse-only-in-its-file',
      comment:
        'What the parser calls a line or a limit is not what this program means by it; one file knows.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/formats/csv\\.ts$' },
      to: { path: 'node_modules/csv-parse/' },
    },
    {
      name: 'saxes-only-in-its-file',
      comment: 'Only a listing of XML loads it, and one file refuses what XML may do to its reader.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/rest/formats/xml\\.ts$' },
      to: { path: 'node_modules/saxes/' },
    },
    {
      name: 'tinyglobby-only-in-its-file',
      comment: 'It passes over what it cannot read; the one file that calls it does not let it.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/sources/file/glob\\.ts$' },
      to: { path: 'node_modules/tinyglobby/' },
    },
    {
      name: 'google-clients-only-in-tests',
      comment:
        "Google's own clients check our stand-ins. They load slowly, ignore Retry-After, and do not resume every upload.",
      severity: 'error',
      from: { path: '^src/' },
      to: { path: 'node_modules/@google-cloud/' },
    },
    {
      name: 'undici-only-in-its-files',
      comment:
        'Connections and proxies are opened in net; a run loads the library only when its source is an API, or when it reports to one.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(net/(client|dispatchers))\\.ts$' },
      to: { path: 'node_modules/undici/' },
    },
    {
      name: 'opentelemetry-only-in-its-file',
      comment: 'Loading it costs a fifth of a second, which only a run with a trace collector pays.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/telemetry/traces/spans\\.ts$' },
      to: { path: 'node_modules/@opentelemetry/' },
    },
    {
      name: 'prom-client-only-in-metrics',
      comment: 'Only a server has metrics to be read.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/telemetry/metrics/' },
      to: { path: 'node_modules/prom-client/' },
    },
    {
      name: 'openai-only-in-its-file',
      comment: 'One file knows the embedding API; a batch loads the client only when a text needs a vector.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/knowledge/embeddings/openai-client\\.ts$' },
      to: { path: 'node_modules/openai/' },
    },
    {
      name: 'gpt-tokenizer-only-in-its-file',
      comment:
        'Its encoding takes 40 MB and a fifth of a second; only the chunks of knowledge sources need it.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/knowledge/chunks/tokens\\.ts$' },
      to: { path: 'node_modules/gpt-tokenizer/' },
    },
    {
      name: 'octokit-only-in-its-file',
      comment: 'One file knows how requests to GitHub are sent; only a server with credentials loads it.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/studio/github/client\\.ts$' },
      to: { path: 'node_modules/@octokit/' },
    },
    {
      name: 'knex-only-where-tables-are',
      comment: 'Queries live behind the ports of the state, of knowledge sources and of apps.',
      severity: 'error',
      from: { path: '^src/(?!state/|database/|knowledge/|apps/)' },
      to: { path: 'node_modules/(knex|libsql)/' },
    },
    {
      name: 'google-auth-library-only-in-its-file',
      comment:
        'One file knows credentials and tokens; a run loads the library only when it sends something to Google.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/google/transport\\.ts$' },
      to: { path: 'node_modules/google-auth-library/' },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { conditionNames: ['import', 'require', 'node', 'default'] },
  },
};
