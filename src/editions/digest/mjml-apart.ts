import { runApart } from '../../kernel/apart/run-apart.ts';
import type { Template } from '../../templates/templates.ts';
import type { renderMjml } from './render-mjml.ts';

/** The program of the process of `mjmlApart`. */
const PROGRAM = new URL('./mjml-process', import.meta.url);

/** It takes a second, on a busy machine a few. */
const LIMIT_MS = 60_000;

/** What the process of `mjmlApart` needs. `scope` has only data. */
export interface MjmlOrder {
  readonly template: Template;
  readonly scope: object;
}

/**
 * `renderMjml` in a process of its own: to load mjml takes half a second, and requests and messages would
 * wait. Throws the errors of `renderMjml` and of `runApart`.
 */
export function mjmlApart(signal: AbortSignal): typeof renderMjml {
  return (template, scope) => {
    const order: MjmlOrder = { template, scope };
    return runApart(order, { program: PROGRAM, name: 'MJML', signal, limitMs: LIMIT_MS });
  };
}
