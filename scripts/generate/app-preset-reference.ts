/**
 * Makes docs/app-presets.md from presets/apps/*.yaml.
 */
import { readFileSync } from 'node:fs';
import { readAppPresets } from '../../src/definitions/app/presets/app-preset.ts';
import { textAt, valueAt } from '../../src/definitions/draft.ts';
import { readYaml } from '../../src/definitions/yaml/yaml.ts';
import { markdownTable, type GeneratedPage } from './generated-page.ts';

export function appPresetReference(): Promise<GeneratedPage[]> {
  const sections = readAppPresets().map(({ name }) => section(name));
  const content = `# Presets for apps

<!-- Generated from presets/apps/*.yaml by \`npm run generate\`. Change it there. -->

With \`spec.preset\`, an app needs only the name of its secret: the preset fills in addresses, pagination, rate limits and how
changes are requested. [apps.md](apps.md#use-a-preset) says how an app replaces a part of a preset.

${sections.join('\n\n')}
`;
  return Promise.resolve([{ path: 'docs/app-presets.md', content }]);
}

function section(name: string): string {
  const { value } = readYaml(
    readFileSync(new URL(`../../presets/apps/${name}.yaml`, import.meta.url), 'utf8'),
  );
  const text = (path: string) => textAt(value, path) ?? '';
  const collections = valueAt(value, 'spec.collections');
  const rows = Array.isArray(collections)
    ? collections.map((one: unknown) => [
        `\`${textAt(one, 'key') ?? ''}\``,
        `\`${textAt(one, 'path') ?? ''}\``,
        incrementalOf(one),
        valueAt(one, 'listing') === 'partial' ? 'never' : 'what a full sync does not list',
      ])
    : [];
  return `## ${text('title')}

${text('about')}

**Permissions:** ${text('permissions')}

${markdownTable(['collection', 'path', 'incremental sync', 'deletes'], rows)}

\`\`\`yaml
apiVersion: sync.gemini.io/v1alpha1
kind: App
metadata:
  name: ${name}
spec:
  preset: ${name}
  secretRef: ${name}-api-key # a name; the value is in SECRET_${name.toUpperCase()}_API_KEY
\`\`\`

The API is documented at <${text('api')}>.`;
}

function incrementalOf(collection: unknown): string {
  const incremental = valueAt(collection, 'incremental');
  if (incremental === undefined) return 'reads everything';
  return valueAt(incremental, 'events') === undefined
    ? 'filters by time'
    : 'reads events, then each changed object';
}
