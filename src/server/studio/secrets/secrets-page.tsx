import type {
  ManagedSecretFacts,
  SecretKeyFacts,
} from '../../../app/studio/secrets/managed-secret-service.ts';
import type { Flash } from '../../http/flash.ts';
import { FormToken } from '../../http/pages/form-token.tsx';
import type { Viewer } from '../elements/viewer.ts';
import { Moment } from '../../ops/elements/moment.tsx';
import { studioFrame } from '../elements/frame.tsx';
import { SECRETS_PATH, secretPath } from '../paths.ts';

interface SecretsPage {
  readonly secrets: readonly ManagedSecretFacts[];
  readonly keys: readonly SecretKeyFacts[];
  readonly isConfigured: boolean;
  readonly flash: Flash | undefined;
  readonly now: string;
  readonly formToken: string | undefined;
  readonly viewer: Viewer;
}

/** The stored secrets without their values, and the keys that they are encrypted with. */
export function secretsPage(page: SecretsPage): string {
  const { secrets, keys, isConfigured, flash, now, formToken, viewer } = page;
  return studioFrame({
    title: 'Secrets',
    part: 'secrets',
    viewer,
    flash,
    children: (
      <>
        <section aria-labelledby="secrets-title">
          <h1 id="secrets-title">Secrets</h1>
          <p class="quiet">
            Values are encrypted in the database and are never shown. A stored secret is used before the
            environment variable of the same name.
          </p>
          {!isConfigured && <NoKey />}
          {isConfigured && (
            <p>
              <a class="button primary" href={`${SECRETS_PATH}/new`}>
                New secret
              </a>
            </p>
          )}
          {secrets.length === 0 ? (
            <p class="nothing">
              No secrets are stored. Connectors use the <code>SECRET_…</code> variables of the environment.
              {isConfigured && ' Store the first one with New secret, then name it in the connector.'}
            </p>
          ) : (
            <SecretTable secrets={secrets} now={now} />
          )}
        </section>
        {keys.length > 0 && <Keys keys={keys} isConfigured={isConfigured} formToken={formToken} />}
      </>
    ),
  });
}

function NoKey() {
  return (
    <div class="need tone-warn" role="status">
      <h2>No encryption key is set</h2>
      <p>Secrets can be stored and read only with a key. Make one on the command line:</p>
      <p>
        <code>gemini-sync-bridge secrets new-key</code>
      </p>
      <p>
        Set <code>MANAGED_SECRET_ENCRYPTION_KEY</code> to its output for this server and for every process
        that runs connectors, and restart them. Keep a copy of the key apart from the database: without the
        key, the secrets cannot be read.
      </p>
    </div>
  );
}

function SecretTable({
  secrets,
  now,
}: {
  readonly secrets: readonly ManagedSecretFacts[];
  readonly now: string;
}) {
  return (
    <div class="scroll" role="region" aria-label="Stored secrets" tabindex={0}>
      <table>
        <thead>
          <tr>
            {['Name', 'Hosts', 'Connectors', 'Stored', 'Last used', 'Key', 'Note', 'Actions'].map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {secrets.map((secret) => (
            <SecretRow key={secret.name} secret={secret} now={now} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function SecretRow({ secret, now }: { readonly secret: ManagedSecretFacts; readonly now: string }) {
  const { name, allowedHosts, allowedConnectors, alsoInVariable, note } = secret;
  return (
    <tr>
      <th scope="row" class="name">
        {name}
        {alsoInVariable !== null && <p class="quiet small">{alsoInVariable} is set too, and not used.</p>}
      </th>
      <td class="breaks">
        {allowedHosts.length === 0 ? <span class="quiet">any</span> : allowedHosts.join(', ')}
      </td>
      <td class="breaks">
        {allowedConnectors.length === 0 ? <span class="quiet">any</span> : allowedConnectors.join(', ')}
      </td>
      <td>
        <Moment at={secret.updatedAt} now={now} /> <span class="quiet small">by {secret.updatedBy}</span>
      </td>
      <td>
        <LastUse at={secret.lastUsedAt} now={now} />
      </td>
      <td>{secret.keyId}</td>
      <td class="breaks">{note}</td>
      <td>
        <ul class="row-actions" aria-label={`Actions for ${name}`}>
          <li>
            <a href={secretPath(name, 'edit')} aria-label={`Change ${name}`}>
              Change
            </a>
          </li>
          <li>
            <a href={secretPath(name, 'delete')} aria-label={`Delete ${name}`}>
              Delete
            </a>
          </li>
        </ul>
      </td>
    </tr>
  );
}

const HOUR_MS = 3_600_000;

/** The last use is stored to the hour. Within the hour after that, a relative time would be before the real use. */
function LastUse({ at, now }: { readonly at: string | null; readonly now: string }) {
  if (at === null) return <>never</>;
  return Date.parse(now) - Date.parse(at) < HOUR_MS ? <>this hour</> : <Moment at={at} now={now} />;
}

const STATES: Readonly<Record<SecretKeyFacts['state'], string>> = {
  current: 'encrypts new values',
  readable: 'only decrypts',
  missing: 'missing: its secrets cannot be read. Add it to MANAGED_SECRET_ENCRYPTION_KEY',
  wrong: 'wrong: another key was used before under this id. Set the former key',
};

function Keys({ keys, isConfigured, formToken }: Pick<SecretsPage, 'keys' | 'isConfigured' | 'formToken'>) {
  return (
    <section aria-labelledby="keys-title">
      <h2 id="keys-title">Keys</h2>
      <div class="scroll" role="region" aria-label="Keys of secrets" tabindex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">Key</th>
              <th scope="col">State</th>
              <th scope="col" class="figure">
                Secrets
              </th>
            </tr>
          </thead>
          <tbody>
            {keys.map(({ keyId, state, secrets }) => (
              <tr key={keyId}>
                <th scope="row">{keyId}</th>
                <td class={state === 'missing' || state === 'wrong' ? 'outcome failed' : ''}>
                  {STATES[state]}
                </td>
                <td class="figure">{secrets}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {isConfigured && (
        <form class="actions rotate" method="post" action={`${SECRETS_PATH}/rotate`}>
          <FormToken value={formToken} />
          <button type="submit" aria-describedby="rotate-hint">
            Encrypt all with the first key
          </button>
          <p class="quiet small" id="rotate-hint">
            Afterwards, a former key that has no secrets can be removed. Backups of the database still need
            it.
          </p>
        </form>
      )}
    </section>
  );
}
