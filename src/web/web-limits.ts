/** How much and how long one client, or all together, may keep the server of the service busy. */
export const WEB_LIMITS = {
  bodyBytes: 16 * 1024,
  /** Of a provider's webhook: SendGrid puts up to 768 KB of events together. */
  webhookBytes: 1024 * 1024,
  /** Request line and header lines together. */
  headerBytes: 16 * 1024,
  headers: 100,
  /** Path and query. */
  urlLength: 4096,
  /** One part of a path: tokens. */
  tokenLength: 2048,
  /** To receive the head of a request. */
  headTimeoutMs: 10_000,
  /** To receive a whole request. */
  requestTimeoutMs: 20_000,
  /** To finish an answer. */
  answerTimeoutMs: 30_000,
  /** For a connection without any traffic. */
  idleTimeoutMs: 120_000,
  /**
   * Between two requests of a connection. Longer than proxies keep their connections (60 seconds with
   * nginx and most load balancers). If a proxy writes on a connection while it closes, it has to answer
   * 502.
   */
  keepAliveMs: 72_000,
  connections: 5000,
  /** From one client that is not a trusted proxy. */
  connectionsPerClient: 200,
  /** For open requests when the server closes. */
  closeTimeoutMs: 5000,
  /**
   * Requests of one client in a minute: of any kind, of forms, of one-click unsubscribing. Whole offices
   * share an address, and one page needs several requests.
   */
  perMinute: { page: 1200, form: 20, oneClick: 6000 },
  /** The same for webhooks: a provider has few addresses. */
  webhooksPerMinute: 6000,
  /** Clients in the cache. If there are more, the one that was inactive longest is dropped. */
  clients: 20_000,
};

export type WebLimits = Readonly<typeof WEB_LIMITS>;
