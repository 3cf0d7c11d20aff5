import { RELAY_PRESETS, type RelayPreset } from './relay-presets.ts';
import type { RelayAccount } from './settings.ts';
import { WEBHOOK_PROVIDERS, type WebhookKeys } from './webhook-keys.ts';

/** What `relay: NAME` of the config means for an account. */
export interface ProviderReport {
  /** Id of the relay. */
  readonly id: string;
  readonly provider: string;
  /** The host, the limits and the headers that apply, in words; no secret. */
  readonly settings: string;
  readonly bounces: RelayPreset['bounces'];
  /** Whether they come by a webhook for which the environment has no key. */
  readonly needsWebhookKey: boolean;
  /** Whether readers see another Message-ID than ours. */
  readonly replacesMessageId: boolean;
  readonly note?: string | undefined;
  readonly source: string;
}

/** A report for each relay whose provider the config names. */
export function describeProviders(
  relays: readonly RelayAccount[],
  keys: WebhookKeys,
): readonly ProviderReport[] {
  return relays.flatMap((account) => {
    if (account.relay === undefined) return [];
    const preset: RelayPreset = RELAY_PRESETS[account.relay];
    const webhook = WEBHOOK_PROVIDERS.find((provider) => provider === account.relay);
    return [
      {
        id: account.id,
        provider: account.relay,
        settings: settingsOf(account).join(', '),
        bounces: preset.bounces,
        needsWebhookKey: webhook !== undefined && keys[webhook] === undefined,
        replacesMessageId: preset.replacesMessageId ?? false,
        note: preset.note,
        source: preset.source,
      },
    ];
  });
}

function settingsOf(account: RelayAccount): readonly string[] {
  const limits: readonly (readonly [number | undefined, string])[] = [
    [account.connections, 'at once'],
    [account.messagesPerSecond, 'a second'],
    [account.messagesPerHour, 'an hour'],
    [account.messagesPerDay, 'a day'],
    [account.messagesPerConnection, 'on each connection'],
  ];
  const headers = { ...account.presetHeaders, ...account.editionHeaders, ...account.headers };
  return [
    URL.parse(account.url ?? '')?.host ?? '',
    ...limits.flatMap(([most, unit]) =>
      most === undefined ? [] : [`${most.toLocaleString('en')} ${unit}`],
    ),
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  ];
}
