/**
 * The parts of the service. `feeds` builds them when posts change, `schedule` opens the slots of
 * newsletters, `delivery` sends what is due, `archive` publishes sent editions on the web, `notices`
 * answers sign-ups by mail, `inbound` reads mail that comes back, `web` serves.
 */
export const SERVICE_PARTS = [
  'feeds',
  'schedule',
  'delivery',
  'archive',
  'notices',
  'inbound',
  'web',
] as const;

export type ServicePartName = (typeof SERVICE_PARTS)[number];
