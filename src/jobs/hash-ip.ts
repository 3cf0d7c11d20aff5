import { createHmac } from 'node:crypto';

/** What is kept of an IP address: HMAC-SHA256 by the database's own key. Never the address. */
export function hashIp(key: string, ip: string): string {
  return createHmac('sha256', key).update(`ip ${ip.toLowerCase()}`).digest('base64url');
}
