/** How much and how long one client, or all together, may keep the server busy. */
export interface WebLimits {
  readonly bodyBytes: number;
  /** Request line and header lines together. */
  readonly headerBytes: number;
  readonly headers: number;
  /** Path and query. */
  readonly urlLength: number;
  /** One part of a path: tokens. */
  readonly tokenLength: number;
  /** To receive the head of a request. */
  readonly headTimeoutMs: number;
  /** To receive a whole request. */
  readonly requestTimeoutMs: number;
  /** To finish an answer. */
  readonly answerTimeoutMs: number;
  /** For a connection without any traffic. */
  readonly idleTimeoutMs: number;
  /** Between two requests of a connection. */
  readonly keepAliveMs: number;
  readonly connections: number;
  /** From one client that is not a trusted proxy. */
  readonly connectionsPerClient: number;
  /** For open requests when the server closes. */
  readonly closeTimeoutMs: number;
  /** Requests of one client in a minute: of any kind, of forms, of one-click unsubscribing. */
  readonly perMinute: { readonly page: number; readonly form: number; readonly oneClick: number };
  /** Clients in the cache. If there are more, the one that was inactive longest is dropped. */
  readonly clients: number;
}

/** The limits of the service. */
export const WEB_LIMITS: WebLimits = {
  bodyBytes: 16 * 1024,
  headerBytes: 16 * 1024,
  headers: 100,
  urlLength: 4096,
  tokenLength: 2048,
  headTimeoutMs: 10_000,
  requestTimeoutMs: 20_000,
  answerTimeoutMs: 30_000,
  idleTimeoutMs: 120_000,
  // Longer than proxies keep their connections (60 seconds with nginx and most load balancers). If a
  // proxy writes on a connection while it closes, it has to answer 502.
  keepAliveMs: 72_000,
  connections: 5000,
  connectionsPerClient: 200,
  closeTimeoutMs: 5000,
  // Whole offices share an address, and one page needs several requests.
  perMinute: { page: 1200, form: 20, oneClick: 6000 },
  clients: 20_000,
};
