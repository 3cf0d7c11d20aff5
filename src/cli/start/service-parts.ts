/**
 * The parts of the service. `feeds` builds them when posts change, `schedule` opens the slots of
 * newsletters, `delivery` sends what is due, `archive` publishes sent editions on the web, `notices`
 * answers sign-ups by mail, `inbound` reads mail that comes back, `hooks` notifies other programs,
 * `web` serves.
 */
export const SERVICE_PARTS = [
  'feeds',
  'schedule',
  'delivery',
  'archive',
  'notices',
  'inbound',
  'hooks',
  'web',
] as const;

export type ServicePartName = (typeof SERVICE_PARTS)[number];
