import type { ManagedSecretFacts } from '../../../app/studio/secrets/managed-secret-service.ts';
import { FormToken } from '../../http/pages/form-token.tsx';
import { Facts } from '../../ops/elements/facts.tsx';
import { exactText } from '../../ops/elements/figures.ts';
import type { Viewer } from '../elements/viewer.ts';
import { studioFrame } from '../elements/frame.tsx';
import { SECRETS_PATH, secretPath } from '../paths.ts';

interface SecretDeletePage {
  readonly secret: ManagedSecretFacts;
  /** The definitions that name it. */
  readonly users: readonly string[];
  readonly formToken: string | undefined;
  readonly viewer: Viewer;
}

/** Asks before a secret is deleted, and names what uses it. */
export function secretDeletePage({ secret, users, formToken, viewer }: SecretDeletePage): string {
  const title = `Delete ${secret.name}`;
  return studioFrame({
    title,
    part: 'secrets',
    viewer,
    trail: [{ label: 'Secrets', href: SECRETS_PATH }, { label: title }],
    children: (
      <section class="need tone-bad" aria-labelledby="delete-title">
        <h1 id="delete-title">Delete the secret {secret.name}?</h1>
        <p>The value cannot be restored, except from a backup of the database.</p>
        {users.length === 0 ? (
          <p>No definition on this server names it.</p>
        ) : (
          <>
            <p>
              These definitions use it, and <strong>their next run fails</strong> unless the environment has a
              variable for the same secret:
            </p>
            <ul>
              {users.map((user) => (
                <li key={user}>{user}</li>
              ))}
            </ul>
          </>
        )}
        <Facts
          rows={[
            ['Stored', `${exactText(secret.updatedAt)} by ${secret.updatedBy}`],
            [
              'Last used',
              secret.lastUsedAt === null ? 'never' : `in the hour of ${exactText(secret.lastUsedAt)}`,
            ],
            ['Environment variable', secret.alsoInVariable],
          ]}
        />
        <form class="actions" method="post" action={secretPath(secret.name, 'delete')}>
          <FormToken value={formToken} />
          <button type="submit" class="danger">
            Delete {secret.name}
          </button>
          <a class="button" href={SECRETS_PATH}>
            Keep it
          </a>
        </form>
      </section>
    ),
  });
}
