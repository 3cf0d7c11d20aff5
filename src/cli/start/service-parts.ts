/**
 * The parts of the service. `feeds` builds them when posts change, `schedule` opens the slots of
 * newsletters, `delivery` sends what is due, `archive` publishes sent editions on the web, `notices`
 * answers sign-ups by mail, `web` serves.
 */
export const SERVICE_PARTS = [
  'feeds',
  'schedule',
  'delivery',
  'archive',
  'notices',
  'web',
] as const;

export type ServicePartName = (typeof SERVICE_PARTS)[number];
