import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ServiceDependencies } from '../delivery/send-dependencies.ts';
import type { Metrics } from '../kernel/metrics.ts';

/** What the routes need. */
export interface WebDependencies extends ServiceDependencies {
  readonly metrics: Metrics;
}

/**
 * Adds routes to `app`. Their paths are relative to the base path, which `app` has as its prefix:
 * `app.get('/archive/', ...)` answers `/news/archive/`. A HEAD route comes with each GET route.
 */
export type RoutePlugin = (app: FastifyInstance, deps: WebDependencies) => void | Promise<void>;

/** What a person is told of an error. */
export interface ErrorAnswer {
  /** 4xx or 5xx. */
  readonly status: number;
  /** Where it is worth to try again: so many seconds from now. */
  readonly retryAfterSeconds?: number;
}

/** The page (HTML) for an error. Must not throw. */
export type RenderError = (
  answer: ErrorAnswer,
  request: FastifyRequest,
) => string | Promise<string>;

declare module 'fastify' {
  interface FastifyContextConfig {
    /**
     * How often one client may ask. Left out: as often as for any page; a POST, PUT or DELETE as
     * often as for a form. `oneClick`: a provider's servers, which unsubscribe many from few
     * addresses; any body is taken. `none`: always.
     */
    readonly limit?: 'page' | 'form' | 'oneClick' | 'none';
    /** Errors are told as `{ "error": ... }`, in place of a page. */
    readonly errors?: 'json';
  }
}
