/** What a relay's variable of the environment holds. */
export type RelayVariable = 'URL' | 'USER' | 'PASSWORD';

/**
 * Returns the variable of the environment that holds `what` of the relay `id` (one of
 * `email.relays`): `BROADSHEET_SMTP_URL_BACKUP_2` of `backup-2`.
 */
export function relayVariable(id: string, what: RelayVariable = 'URL'): string {
  return `BROADSHEET_SMTP_${what}_${id.toUpperCase().replaceAll('-', '_')}`;
}
