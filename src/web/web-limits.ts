/** How much and how long one client, or all of them, may keep the server busy. */
export interface WebLimits {
  readonly bodyBytes: number;
  /** Request line and header lines together. */
  readonly headerBytes: number;
  readonly headers: number;
  /** Path and query. */
  readonly urlLength: number;
  /** One part of a path: tokens. */
  readonly tokenLength: number;
  /** For the head of a request to be here. */
  readonly headTimeoutMs: number;
  /** For all of a request to be here. */
  readonly requestTimeoutMs: number;
  /** For an answer to be there. */
  readonly answerTimeoutMs: number;
  /** A connection on which nothing moves. */
  readonly idleTimeoutMs: number;
  /** A connection between two requests. */
  readonly keepAliveMs: number;
  readonly connections: number;
  /** From one client that is no trusted proxy. */
  readonly connectionsPerClient: number;
  /** What is under way when the server is closed has so long. */
  readonly closeTimeoutMs: number;
  /** Requests of one client in a minute: of any kind, of forms, of one-click unsubscribing. */
  readonly perMinute: { readonly page: number; readonly form: number; readonly oneClick: number };
  /** Clients that are remembered; more than these, and the longest unseen is forgotten. */
  readonly clients: number;
}

/** What the service runs with. */
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
  // Longer than proxies keep theirs (60 seconds with nginx and most load balancers): one that
  // writes on a connection just as it is closed has to answer 502.
  keepAliveMs: 72_000,
  connections: 5000,
  connectionsPerClient: 200,
  closeTimeoutMs: 5000,
  // Whole offices share an address, and one page is several requests.
  perMinute: { page: 1200, form: 20, oneClick: 6000 },
  clients: 20_000,
};
