import type { Stopped } from './send-report.ts';

/** Whether a run goes on: what its workers tell each other. */
export interface RunState {
  mayGoOn(): boolean;
  /** Ends the run in order; the first reason stays. */
  stop(because: Stopped['because'], message: string, retryAt?: string): void;
  /** Ends the run by an error, which `end` throws. */
  fail(error: unknown): void;
  /** A message was accepted. */
  noteSent(): void;
  /** What was accepted, and why the run ended before everyone was served. Throws what `fail` was given. */
  end(): { readonly sent: number; readonly stopped?: Stopped };
}

/** A run that begins. */
export function openRunState(): RunState {
  let sent = 0;
  let stopped: Stopped | undefined;
  let failure: { readonly error: unknown } | undefined;
  const stop: RunState['stop'] = (because, message, retryAt) => {
    stopped ??= { because, message, ...(retryAt === undefined ? {} : { retryAt }) };
  };
  return {
    mayGoOn: () => stopped === undefined && failure === undefined,
    stop,
    fail(error) {
      failure ??= { error };
    },
    noteSent() {
      sent += 1;
    },
    end() {
      if (failure !== undefined) throw failure.error;
      return { sent, ...(stopped === undefined ? {} : { stopped }) };
    },
  };
}
