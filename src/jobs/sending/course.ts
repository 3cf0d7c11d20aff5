import { addNote, type BreakerNote, reasonToStop } from '../../model/breaker.ts';
import type { Outcome } from '../../smtp/outcome.ts';
import type { Stopped } from './send-report.ts';

/** Whether a run goes on: what its workers tell each other. */
export interface Course {
  mayGoOn(): boolean;
  /** Ends the run in order; the first reason stays. */
  stop(because: Stopped['because'], message: string, retryAt?: string): void;
  /** Ends the run by an error, which `end` throws. */
  fail(error: unknown): void;
  note(outcome: Outcome, relay: string): void;
  /** What was accepted, and why the run ended before everyone was served. Throws what `fail` was given. */
  end(): { readonly sent: number; readonly stopped?: Stopped };
}

/** A run that begins. */
export function openCourse(): Course {
  let sent = 0;
  let breaker: readonly BreakerNote[] = [];
  let stopped: Stopped | undefined;
  let failure: { readonly error: unknown } | undefined;
  const stop: Course['stop'] = (because, message, retryAt) => {
    stopped ??= { because, message, ...(retryAt === undefined ? {} : { retryAt }) };
  };
  return {
    mayGoOn: () => stopped === undefined && failure === undefined,
    stop,
    fail(error) {
      failure ??= { error };
    },
    note(outcome, relay) {
      if (outcome.kind === 'accepted') sent += 1;
      breaker = addNote(breaker, noteOf(outcome));
      const reason = reasonToStop(breaker);
      if (reason === undefined || outcome.kind !== 'failed') return;
      const { refusals, of } = reason;
      const many = refusals === of ? `${refusals} in a row` : `${refusals} of ${of}`;
      stop('refusals', `the relay ${relay} refused ${many}: ${outcome.reply.text}`);
    },
    end() {
      if (failure !== undefined) throw failure.error;
      return { sent, ...(stopped === undefined ? {} : { stopped }) };
    },
  };
}

function noteOf(outcome: Outcome): BreakerNote {
  if (outcome.kind === 'accepted') return 'accepted';
  // Code 0: no relay refused it, it could not be sent to this one address at all.
  if (outcome.kind !== 'failed' || outcome.reply.code === 0) return 'other';
  if (outcome.replyClass === 'policy') return 'refused';
  return outcome.replyClass === 'noSuchAddress' ? 'noSuchAddress' : 'other';
}
