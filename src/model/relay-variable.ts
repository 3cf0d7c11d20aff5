/**
 * The variable of the environment that has the URL of the relay `id` (one of `email.relays`):
 * `BROADSHEET_SMTP_URL_BACKUP_2` of `backup-2`.
 */
export function relayVariable(id: string): string {
  return `BROADSHEET_SMTP_URL_${id.toUpperCase().replaceAll('-', '_')}`;
}
