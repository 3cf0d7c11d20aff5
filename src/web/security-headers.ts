import type { IncomingMessage, ServerResponse } from 'node:http';
import helmet, { type HelmetOptions } from 'helmet';

/** The Permissions-Policy of every answer: no page needs any of these. */
const PERMISSIONS_POLICY =
  'accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), microphone=(), midi=(), payment=(), usb=()';

/**
 * The headers of every answer. Routes may replace them (`reply.header`). None of them depends on the
 * request, so they are made once.
 */
export function securityHeaders(serviceUrl: string): Readonly<Record<string, string>> {
  const headers: Record<string, string> = { 'permissions-policy': PERMISSIONS_POLICY };
  const collector = {
    setHeader(name: string, value: string) {
      headers[name.toLowerCase()] = value;
    },
    removeHeader() {},
  };
  const reply = collector as unknown as ServerResponse;
  helmet(optionsFor(serviceUrl))({} as IncomingMessage, reply, (error) => {
    if (error !== undefined) throw error;
  });
  return headers;
}

function optionsFor(serviceUrl: string): HelmetOptions {
  return {
    contentSecurityPolicy: {
      useDefaults: false,
      // A page may load its own style sheet and script, load pictures from any https site, and send forms
      // to itself. No site may put it in a frame. Nothing inline.
      directives: {
        defaultSrc: ["'none'"],
        styleSrc: ["'self'"],
        scriptSrc: ["'self'"],
        connectSrc: ["'self'"],
        imgSrc: ["'self'", 'https:', 'data:'],
        formAction: ["'self'"],
        baseUri: ["'none'"],
        frameAncestors: ["'none'"],
      },
    },
    // For a year (RFC 6797). We don't know whether the domain's other hosts have https.
    strictTransportSecurity: serviceUrl.startsWith('https:') && {
      maxAge: 31_536_000,
      includeSubDomains: false,
    },
    // Page URLs contain tokens: never send them to other sites.
    referrerPolicy: { policy: 'same-origin' },
    crossOriginOpenerPolicy: { policy: 'same-origin' },
    crossOriginResourcePolicy: { policy: 'same-origin' },
    xFrameOptions: { action: 'deny' },
  };
}
