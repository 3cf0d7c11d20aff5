import type { FastifyHelmetOptions } from '@fastify/helmet';

/** HSTS for a year (RFC 6797). We don't know whether the domain's other hosts have https. */
const HSTS = { maxAge: 31_536_000, includeSubDomains: false };

const NO_FEATURES = [
  'accelerometer',
  'camera',
  'display-capture',
  'geolocation',
  'gyroscope',
  'microphone',
  'midi',
  'payment',
  'usb',
]
  .map((feature) => `${feature}=()`)
  .join(', ');

/** The Permissions-Policy of every answer: no page needs any of these. */
export const PERMISSIONS_POLICY = NO_FEATURES;

/**
 * What a page may do: load its own style sheet and script, load pictures from any https site, and send
 * forms to itself. No site may put it in a frame. Nothing inline.
 */
const CONTENT_SECURITY_POLICY = {
  defaultSrc: ["'none'"],
  styleSrc: ["'self'"],
  scriptSrc: ["'self'"],
  connectSrc: ["'self'"],
  imgSrc: ["'self'", 'https:', 'data:'],
  formAction: ["'self'"],
  baseUri: ["'none'"],
  frameAncestors: ["'none'"],
} as const;

/** The headers of every answer. Routes may replace them (`reply.header`). */
export function securityHeaders(serviceUrl: string): FastifyHelmetOptions {
  const directives = Object.fromEntries(
    Object.entries(CONTENT_SECURITY_POLICY).map(([name, sources]) => [name, [...sources]]),
  );
  return {
    contentSecurityPolicy: { useDefaults: false, directives },
    strictTransportSecurity: serviceUrl.startsWith('https:') ? HSTS : false,
    // Page URLs contain tokens: never send them to other sites.
    referrerPolicy: { policy: 'same-origin' },
    crossOriginOpenerPolicy: { policy: 'same-origin' },
    crossOriginResourcePolicy: { policy: 'same-origin' },
    xFrameOptions: { action: 'deny' },
  };
}
