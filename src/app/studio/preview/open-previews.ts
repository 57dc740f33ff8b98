import type { AuditLog } from '../../../core/access/audit-log.ts';
import type { Logger } from '../../../core/log.ts';
import type { Redactor } from '../../../core/secrets/redact.ts';
import type { Clock } from '../../../core/time/clock.ts';
import type { SecretVariables } from '../../../definitions/connector/secrets/secrets.ts';
import type { ProxySettings } from '../../../net/proxy.ts';
import type { SecretRows } from '../../../state/secrets/secret-rows.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import type { PolicyPlace } from '../../catalog/policy.ts';
import { openedSecret } from '../../secrets/definition-secrets.ts';
import { previewStarter } from './start-preview.ts';
import type { PreviewService } from './preview-service.ts';
import { openPreviews, type PreviewSettings } from './previews.ts';

/** The environment of previews. */
export interface PreviewSurroundings {
  readonly reach: PreviewSettings;
  /** The whole environment of the process of a preview. */
  readonly variables: () => Readonly<Record<string, string>>;
}

interface ServerParts extends PolicyPlace {
  readonly databaseUrl: string | undefined;
  readonly previews: PreviewSurroundings;
  readonly catalog: Catalog;
  readonly state: { readonly audit: AuditLog; readonly secrets: Pick<SecretRows, 'read'> };
  readonly variables: Omit<SecretVariables, 'similarSecret'>;
  readonly proxy: ProxySettings;
  readonly redactor?: Pick<Redactor, 'redact'> | undefined;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Opens the previews of a server. */
export function openServerPreviews(parts: ServerParts): PreviewService {
  const { previews, state, variables, redactor, cwd } = parts;
  return openPreviews({
    ...parts,
    settings: previews.reach,
    audit: state.audit,
    secrets: {
      async managed(ref) {
        const [stored] = await state.secrets.read([ref]);
        if (stored === undefined) return undefined;
        const { allowedHosts = [], allowedConnectors = [] } = stored;
        return { allowedHosts, allowedConnectors, open: () => openedSecret(stored, variables) };
      },
      variable: (name) => variables.secret(name),
    },
    redact: (text) => redactor?.redact(text) ?? text,
    startPreview: previewStarter({ cwd, variables: previews.variables }),
  });
}
