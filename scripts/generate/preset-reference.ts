/**
 * Makes docs/presets.md and docs/presets/*.md from presets/*.yaml.
 */
import { exampleOf } from '../../src/definitions/presets/example.ts';
import { readPresets } from '../../src/definitions/presets/read-presets.ts';
import type { Preset } from '../../src/definitions/presets/preset.ts';
import { markdownTable, type GeneratedPage } from './generated-page.ts';

const files = [...new Set(readPresets().map(({ file }) => file))].map((file) =>
  readPresets().filter((preset) => preset.file === file),
);

const READS = { whole: 'Reading the whole listing', changes: 'Reading only changes' } as const;

export function presetReference(): Promise<GeneratedPage[]> {
  return Promise.resolve([
    { path: 'docs/presets.md', content: overview() },
    ...files.map((presets) => ({ path: `docs/presets/${fileOf(presets)}.md`, content: page(presets) })),
  ]);
}

function overview(): string {
  const rows = files.map((presets) => {
    const of = (reads: Preset['reads']) => presets.find((preset) => preset.reads === reads);
    const [whole, changes] = [of('whole'), of('changes')];
    const deletes = [
      ...(whole === undefined ? [] : ['missing records']),
      ...(changes !== undefined && reportsDeletes(changes) ? ['reported deletes'] : []),
    ];
    return [
      `[${titleOf(presets)}](presets/${fileOf(presets)}.md)`,
      nameOf(whole),
      nameOf(changes),
      deletes.join(', ') || 'none',
      readersOf(presets),
    ];
  });
  return `# Presets of well-known APIs

<!-- Generated from presets/*.yaml by \`npm run generate\`. Change it there. -->

With \`source.preset\`, a connector needs only its address, its credentials and its mapping: the preset fills in pagination,
the path of the records, parameters, formats and limits. A preset is data that any connector could contain itself.

- Keys of the connector replace those of the preset. In \`payload\`, \`headers\`, \`pagination\` and other mappings, the
  preset fills in each key that the connector does not set. A mapping with another \`type\` replaces that of the preset.
- \`oauth\`, \`auth\` and \`login\` of the connector replace the credentials that the preset describes.
- A preset never fills in \`url\`, \`mapping\` or the name of a secret.
- \`gemini-sync-bridge validate --explain FILE\` prints the connector with the preset filled in, with a comment on each key
  of the preset. The result means the same without the preset, so it is a start for an API that differs.
- \`gemini-sync-bridge validate --try FILE\` requests the first pages and shows what the API returns.

${markdownTable(['API', 'whole listing', 'only changes', 'what proves a delete', 'field with readers'], rows)}
`;
}

function page(presets: readonly Preset[]): string {
  const [{ about, api, permissions, readers }] = presets as readonly [Preset, ...Preset[]];
  return `# ${titleOf(presets)}

<!-- Generated from presets/${fileOf(presets)}.yaml by \`npm run generate\`. Change it there. -->

${about}

**Permissions:** ${permissions}

**Readers:** ${readers}

The API is documented at <${api}>. [presets.md](../presets.md) says what a preset fills in, and how a connector replaces it.

${presets.map(section).join('\n\n')}
`;
}

function section(preset: Preset): string {
  return `## ${READS[preset.reads]}

\`preset: ${preset.name}\` reads \`${preset.url}\`.

**Deletes:** ${preset.deletes}

\`\`\`yaml
${exampleOf(preset)}\`\`\``;
}

function titleOf([first]: readonly Preset[]): string {
  return first?.title ?? '';
}

function fileOf([first]: readonly Preset[]): string {
  return first?.file ?? '';
}

function nameOf(preset: Preset | undefined): string {
  return preset === undefined ? '–' : `\`${preset.name}\``;
}

function reportsDeletes({ source }: Preset): boolean {
  return JSON.stringify(source['changes'] ?? {}).includes('deletedPath');
}

function readersOf([first]: readonly Preset[]): string {
  const { aclUsersField } = first?.example.mapping ?? {};
  return typeof aclUsersField === 'string' ? `\`${aclUsersField}\`` : '–';
}
