import { page } from '../../http/pages/page.tsx';

interface LoginForm {
  readonly formToken: string;
  /** The path of this server to redirect to after the login. */
  readonly next: string | undefined;
  /** Why the last attempt failed. */
  readonly problem: string | undefined;
}

/** The login form, which exchanges a key for a session. It works without JavaScript. */
export function loginPage({ formToken, next, problem }: LoginForm): string {
  return page({
    title: 'Log in',
    styles: 'login.css',
    body: (
      <main class="login">
        <p class="login-product">gemini-sync-bridge</p>
        <h1>Log in</h1>
        {problem !== undefined && (
          <p class="login-problem" id="problem" role="alert">
            {problem}
          </p>
        )}
        <form method="post" action="/login">
          <input type="hidden" name="_csrf" value={formToken} />
          {next !== undefined && <input type="hidden" name="next" value={next} />}
          <label for="key">Key</label>
          <input
            id="key"
            name="key"
            type="password"
            required
            autofocus
            autocomplete="current-password"
            spellcheck={false}
            aria-describedby={problem === undefined ? 'about' : 'problem about'}
            aria-invalid={problem !== undefined}
          />
          <button type="submit">Log in</button>
        </form>
        <p class="login-about" id="about">
          A key with the right read, author, operate or admin. An administrator creates one with{' '}
          <code>gemini-sync-bridge keys create</code>.
        </p>
      </main>
    ),
  });
}

interface OpenSession {
  readonly formToken: string;
  readonly name: string;
  readonly home: string;
}

/** Shows a logged-in user their name and a logout button. */
export function sessionPage({ formToken, name, home }: OpenSession): string {
  return page({
    title: 'Logged in',
    styles: 'login.css',
    body: (
      <main class="login">
        <p class="login-product">gemini-sync-bridge</p>
        <h1>You are logged in</h1>
        <p>
          With the key <strong>{name}</strong>.
        </p>
        <form method="post" action="/logout">
          <input type="hidden" name="_csrf" value={formToken} />
          <button type="submit">Log out</button>
        </form>
        <p class="login-about">
          <a href={home}>Go on to Ops</a>
        </p>
      </main>
    ),
  });
}
