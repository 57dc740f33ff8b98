import { page } from '../http/page.tsx';

interface LoginForm {
  readonly formToken: string;
  /** Where to go afterwards; a path of this server. */
  readonly next: string | undefined;
  /** Why the last attempt did not succeed. */
  readonly problem: string | undefined;
}

/** The form that takes a key and makes it a session. Works without a script. */
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
          A key to read, operate or administer. Whoever runs the server makes one with{' '}
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

/** For somebody who has logged in: as whom, and the way out. */
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
