import type { Stopped } from './send-report.ts';

/** Whether a run continues, and why it ended. All parts of the run share it. */
export class RunState {
  /** Messages that relays accepted in this run. */
  sent = 0;
  #stopped: Stopped | undefined;
  #failure: { readonly error: unknown } | undefined;

  mayGoOn(): boolean {
    return this.#stopped === undefined && this.#failure === undefined;
  }

  /** Ends the run cleanly; the first stop reason counts. */
  stop(because: Stopped['because'], message: string, retryAt?: string): void {
    this.#stopped ??= { because, message, retryAt };
  }

  /** Ends the run with an error, which `stopReason` throws; the first one counts. */
  fail(error: unknown): void {
    this.#failure ??= { error };
  }

  /** The stop reason; undefined if everything was sent. Throws the error of `fail`. */
  stopReason(): Stopped | undefined {
    if (this.#failure !== undefined) throw this.#failure.error;
    return this.#stopped;
  }
}
