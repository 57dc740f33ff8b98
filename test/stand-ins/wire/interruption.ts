/** The client took its request back, or is gone. */
export class Interrupted extends Error {}

/** What makes one request's work end early. */
export class Interruption {
  #happened = false;
  #wake: (() => void) | undefined;

  get happened(): boolean {
    return this.#happened;
  }

  interrupt(): void {
    this.#happened = true;
    this.#wake?.();
  }

  /**
   * Waits for work, but no longer than until the interruption. A race against one long-lived promise would keep something
   * for every row; this keeps nothing.
   * @throws Interrupted
   */
  async wait<T>(work: PromiseLike<T>): Promise<T> {
    try {
      return await new Promise<T>((resolve, reject) => {
        this.#wake = () => {
          reject(new Interrupted());
        };
        work.then(resolve, reject);
        if (this.#happened) this.#wake();
      });
    } finally {
      this.#wake = undefined;
    }
  }
}
