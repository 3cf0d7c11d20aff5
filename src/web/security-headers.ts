import type { FastifyHelmetOptions } from '@fastify/helmet';

/** HSTS for a year (RFC 6797); whether other hosts of the domain have https is not ours to say. */
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
 * What a page may do: its own style sheet and script, pictures from anywhere with https, forms to
 * itself, in nobody's frame. Nothing inline.
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

/** The headers of every answer; routes may set others in their place (`reply.header`). */
export function securityHeaders(serviceUrl: string): FastifyHelmetOptions {
  const directives = Object.fromEntries(
    Object.entries(CONTENT_SECURITY_POLICY).map(([name, sources]) => [name, [...sources]]),
  );
  return {
    contentSecurityPolicy: { useDefaults: false, directives },
    strictTransportSecurity: serviceUrl.startsWith('https:') ? HSTS : false,
    // Addresses of pages have tokens in them: they are told to nobody else.
    referrerPolicy: { policy: 'same-origin' },
    crossOriginOpenerPolicy: { policy: 'same-origin' },
    crossOriginResourcePolicy: { policy: 'same-origin' },
    xFrameOptions: { action: 'deny' },
  };
}
