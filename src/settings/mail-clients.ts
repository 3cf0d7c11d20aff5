/** A mail program, as caniemail.com names it. */
export interface MailClient {
  readonly name: string;
  readonly family: string;
  /** Absent: all platforms of the family. */
  readonly platforms?: readonly string[];
}

/** The mail programs that the gate knows, by their ids in `gate.clients`. */
export const CLIENTS = {
  'apple-mail': { name: 'Apple Mail', family: 'apple-mail' },
  // Without its website for phones, which few use and which knows almost nothing.
  gmail: { name: 'Gmail', family: 'gmail', platforms: ['desktop-webmail', 'ios', 'android'] },
  'outlook-windows': { name: 'Outlook for Windows', family: 'outlook', platforms: ['windows'] },
  'outlook-com': { name: 'Outlook.com', family: 'outlook', platforms: ['outlook-com'] },
  'outlook-apps': {
    name: 'Outlook for Mac and phones',
    family: 'outlook',
    platforms: ['macos', 'ios', 'android'],
  },
  yahoo: { name: 'Yahoo Mail', family: 'yahoo' },
  aol: { name: 'AOL', family: 'aol' },
  fastmail: { name: 'Fastmail', family: 'fastmail' },
  gmx: { name: 'GMX', family: 'gmx' },
  hey: { name: 'HEY', family: 'hey' },
  laposte: { name: 'LaPoste.net', family: 'laposte' },
  'mail-ru': { name: 'Mail.ru', family: 'mail-ru' },
  orange: { name: 'Orange', family: 'orange' },
  protonmail: { name: 'Proton Mail', family: 'protonmail' },
  'samsung-email': { name: 'Samsung Email', family: 'samsung-email' },
  sfr: { name: 'SFR', family: 'sfr' },
  't-online-de': { name: 'T-Online', family: 't-online-de' },
  thunderbird: { name: 'Thunderbird', family: 'thunderbird' },
  'web-de': { name: 'WEB.DE', family: 'web-de' },
} as const satisfies Readonly<Record<string, MailClient>>;

export type MailClientId = keyof typeof CLIENTS;

export const MAIL_CLIENT_IDS = Object.keys(CLIENTS) as readonly MailClientId[] as readonly [
  MailClientId,
  ...MailClientId[],
];
