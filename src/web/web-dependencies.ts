import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ServiceDependencies } from '../delivery/send-dependencies.ts';
import type { Metrics } from '../kernel/metrics.ts';

/** The dependencies of the routes. */
export interface WebDependencies extends ServiceDependencies {
  readonly metrics: Metrics;
}

/**
 * Adds routes to `app`. Their paths are relative to the base path, which is the prefix of `app`:
 * `app.get('/archive/', ...)` answers `/news/archive/`. Each GET route also adds a HEAD route.
 */
export type RoutePlugin = (app: FastifyInstance, deps: WebDependencies) => void | Promise<void>;

/** The error that a person sees. */
export interface ErrorAnswer {
  /** 4xx or 5xx. */
  readonly status: number;
  /** Seconds until a new try makes sense. */
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
     * How often one client may send requests. Default: the limit of pages; for POST, PUT or DELETE, the
     * limit of forms. `oneClick`: for a provider's servers, which unsubscribe many people from few
     * addresses. `webhook`: for a provider's servers, which report about many messages. `none`: no limit.
     */
    readonly limit?: 'page' | 'form' | 'oneClick' | 'webhook' | 'none';
    /** `anyType`: a body is read whatever its content type is, as one-click unsubscribing. */
    readonly body?: 'anyType';
    /**
     * `any`: an answer may take longer than the others. A large file does over a slow connection, until
     * nothing moves any more (`idleTimeoutMs`).
     */
    readonly answerTime?: 'any';
    /** Errors are sent as `{ "error": ... }` instead of a page. */
    readonly errors?: 'json';
  }
}
