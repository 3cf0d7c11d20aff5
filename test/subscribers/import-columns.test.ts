import assert from 'node:assert/strict';
import { test } from 'node:test';
import { foldWords } from '../../src/subscribers/import/columns/fold-words.ts';
import {
  findAddressColumn,
  type Recognised,
  recogniseColumn,
} from '../../src/subscribers/import/columns/recognise-column.ts';

/** Names of columns as programs and people write them, by what they have to be read as. */
const VOCABULARY: Readonly<Record<string, Partial<Record<Recognised, string>>>> = {
  English: {
    consent: `Accepts Email Marketing | accepts_marketing | acceptsMarketing | email_opt_in | Opt-in | OPT_IN | OptIn |
      Opted-in | emailOptIn | Optin status | Marketing Opt In | newsletter_optin | Marketing consent | consent |
      hasConsented | ConsentGiven | Consent to email | GDPR consent | Email permission | Email permission status |
      Permission to contact | email_marketing_consent.state | consent_basis | Mail allowed | Allow emails | Agreed |
      Receive newsletter | Wants newsletter | Send email | May we email you | Email OK? | can_contact | Mailable`,
    status: `Status | Email status | Subscription status | email_marketing_state | Member status | Contact status |
      Newsletter status | List status | Global status | Active | is_active | Enabled | Subscriber state`,
    subscribed: `Subscribed | Is subscribed | email_subscribed | Newsletter subscribed | subscribed_to_newsletter |
      Email subscription | Subscriber | Email subscriber`,
    unsubscribed: `Unsubscribed | unsub | is_unsubscribed | isUnsubscribed | Un-subscribed | UNSUB_TIME | unsubscribed_at |
      Date unsubscribed | Unsubscribed from all email | Global unsubscribe | opt_out | optOut | OptOutDateTime |
      emailoptout | HasOptedOutOfEmail | Opted out of email | Do not contact | Do Not Email | DoNotEmail | DNC |
      Don't email | no_email | nomail | No marketing | Not subscribed | nonsubscribed | Suppressed | suppressed_at |
      suppression_list | Blacklisted | EMAIL_BLACKLIST_STATUS | Black list | is_blocked | is_excluded | Banned |
      Deleted | deleted_at | Cleaned | Email invalid | Inactive | inactive_since | Email disabled | Archived |
      Removed at | Cancelled at | Left at | Leave date | Stop Time | Consent withdrawn | consent_revoked_at |
      Wants to unsubscribe | Forget me`,
    'unsubscribe-reason':
      'Unsubscribe Reason | unsub_reason | Suppression reason | Unsubscribe method',
    bounced: 'Bounced | Bounces | Bounce type | bounce_status | hard_bounced_at | Undeliverable',
    complained: 'Complained | Spam complaint | Marked as spam | is_spam | Abuse | complained_at',
    confirmed:
      'Confirmed | confirmed_at | Email verified | DOUBLE_OPT-IN | Double opt-in date | DOI',
    'consent-at':
      'Opt-in time | OPTIN_TIME | Consent date | consent_timestamp | Subscribed At | Date subscribed',
    'consent-ip': 'Opt-in IP | OPTIN_IP | consent_ip',
    'consent-source': 'Opt-In Source | Consent method | Subscription source',
    newsletter: 'Newsletter | Newsletter?',
    tags: 'Tags | Groups | Lists | Labels | Segments',
    unclear: `GDPR | GDPR status | Opt | Opt-in/out | Subscribed/Unsubscribed | Newsletter Weekly | Unconfirmed |
      Email preferences | Contact preference | Email marketing | Promotional emails | Privacy policy accepted |
      Agreed to terms | Bounce count | Bounce reason | Soft bounces | Valid email | Deliverability | Paused | On hold |
      Pending | End date | Unsubscribed from Weekly deals | Opted out of email: Partner offers | Consent expired |
      Account status | Not unsubscribed | Email/SMS opt-out`,
  },
  German: {
    consent: `Einwilligung | Werbeeinwilligung | E-Mail-Einwilligung | Einwilligung erteilt | Zustimmung | Zugestimmt |
      Einverständnis | DSGVO-Einwilligung | Werbung erlaubt | Kontakt erlaubt | Newsletter ja/nein | E-Mail erwünscht`,
    status: 'Abostatus | Abonnementstatus | E-Mail-Status | Aktiv | Newsletterstatus',
    subscribed: 'Angemeldet | Abonniert | Newsletter abonniert | Newsletter-Abo',
    unsubscribed: `Abgemeldet | Abgemeldet am | abgemeldet_am | Abmeldedatum | Newsletterabmeldung | Abbestellt | Ausgetragen |
      Austrittsdatum | Gekündigt am | Kuendigung | Widerspruch | Einwilligung widerrufen am | Gesperrt | Werbesperre |
      Sperrvermerk | Mailsperre | Werbeverbot | Keine Werbung | Kein Newsletter | Nicht kontaktieren | Inaktiv |
      Gelöscht am | geloescht | Ungültig | Robinsonliste`,
    'unsubscribe-reason': 'Abmeldegrund | Austrittsgrund',
    bounced: 'Unzustellbar | Rückläufer',
    complained: 'Beschwerde | Spambeschwerde',
    confirmed: 'Bestätigt | bestaetigt | Bestätigungsdatum | Double-Opt-In Datum',
    'consent-at': 'Einwilligungsdatum | Zugestimmt am | Anmeldedatum',
    unclear:
      'DSGVO | Datenschutz akzeptiert | E-Mail-Werbung | Zustellbar | Unbestätigt | Mitgliedsstatus',
  },
  French: {
    consent: `Consentement | Consentement marketing | Consentement RGPD | Accord | Autorisé | Accepte la newsletter |
      Souhaite recevoir la newsletter`,
    status: "Statut | Statut d'abonnement | Actif",
    subscribed: 'Abonné | Abonnée | Inscrit | Inscription newsletter',
    unsubscribed: `Désabonné | desabonne | Désabonné le | Désabonnement | Date de désinscription | Désinscrit | Résilié |
      Date de départ | Ne pas contacter | Pas de newsletter | Refus | Opposition | Liste noire | Bloqué | Supprimé le |
      Inactif | Désactivé | Adresse invalide | Non abonné`,
    'unsubscribe-reason': 'Motif de désinscription',
    bounced: 'Rebond',
    complained: 'Plainte | Signalé comme spam',
    confirmed: 'Confirmé le',
    'consent-at': "Date d'inscription | Date du consentement",
    unclear: 'RGPD | Non confirmé | Préférences de communication | Droit à l’oubli',
  },
  Spanish: {
    consent: `Consentimiento | Consentimiento RGPD | Acepta publicidad | Acepta recibir correos | Autoriza correos |
      Permiso de correo | Recibe boletín`,
    status: 'Estado de suscripción | Estado del suscriptor | Activo',
    subscribed: 'Suscrito | Suscripción | Suscrito al boletín | Alta',
    unsubscribed: `Baja | Fecha de baja | fecha_baja | Dado de baja | Desuscrito | Cancelado | Fecha de cancelación | No contactar |
      No enviar | No desea recibir correos | Lista negra | Bloqueado | Rechazado | Excluido | Eliminado | Borrado |
      Inactivo | Correo inválido`,
    'unsubscribe-reason': 'Motivo de baja',
    bounced: 'Rebotado | Rebotes',
    complained: 'Queja | Quejas',
    confirmed: 'Confirmado | Fecha de confirmación',
    'consent-at': 'Fecha de alta | Fecha de consentimiento',
    unclear: 'Publicidad | No confirmado',
  },
  Arabic: {
    consent: 'موافقة | الموافقة | موافقة تسويقية | الموافقة على التسويق | الإذن',
    status: 'الحالة | حالة الاشتراك | نشط | مفعل',
    subscribed: 'مشترك | مشترك في النشرة',
    unsubscribed:
      'إلغاء الاشتراك | الغاء الاشتراك | تم إلغاء الاشتراك | تاريخ إلغاء الاشتراك | غير مشترك | ملغى | منسحب | محظور | القائمة السوداء | محذوف | غير نشط | عدم الاتصال',
    'unsubscribe-reason': 'سبب إلغاء الاشتراك',
    bounced: 'مرتد | ارتداد',
    complained: 'شكوى | شكاوى | بريد مزعج',
    confirmed: 'مؤكد',
    'consent-at': 'تاريخ الموافقة | تاريخ الاشتراك',
    newsletter: 'النشرة البريدية',
    unclear: 'غير مؤكد | لا ترغب بالرسائل',
  },
  'Italian, Dutch, Portuguese, Polish': {
    consent: `Consenso | Consenso marketing | Toestemming | Consentimento | Zgoda | Zgoda marketingowa | Zgoda na newsletter`,
    status: 'Stato | Situação | Status subskrypcji',
    subscribed: 'Iscritto | Ingeschreven | Inscrito',
    unsubscribed: `Disiscritto | Data disiscrizione | Annullato | Bloccato | Uitgeschreven | Uitschrijfdatum | Afgemeld |
      Geblokkeerd | Geen nieuwsbrief | Verwijderd | Descadastrado | Cancelou inscrição | Bloqueado | Wypisany |
      Data wypisania | Zablokowany | Usunięty`,
    newsletter: 'Nieuwsbrief',
    unclear: 'onbevestigd',
  },
  'Swedish, Danish, Norwegian, Russian': {
    consent: 'Samtycke | Samtykke | Согласие',
    status: 'Статус',
    subscribed: 'Prenumererar | Tilmeldt',
    unsubscribed:
      'Avregistrerad | Avprenumererad | Afmeldt | Framelding | Avmeldt | Blokeret | Slettet | Отписан',
    unclear: 'ubekræftet',
  },
  'no script that is known': { unclear: '退订 | 配信停止 | הוסר' },
};

for (const [language, meanings] of Object.entries(VOCABULARY)) {
  test(`column names about consent are understood, or stop an import: ${language}`, () => {
    const expected = Object.entries(meanings).flatMap(([meaning, names]) =>
      names.split('|').map((name) => [name.trim(), meaning]),
    );
    const found = expected.map(([name = '']) => [name, recogniseColumn(name)]);
    assert.deepEqual(found, expected);
  });
}

test('column names about something else stop nothing', () => {
  const names = `name | city | Last open | Signup date | country | Company | Clicks | Rating | Source | Notes | Created at |
    Birthday | Active campaigns | First Name | Nickname | Anrede | Straße | PLZ | Ort | Telefon | Geburtsdatum | Erstellt am |
    Kundennummer | Bemerkung | Sprache | Ville | Pays | Date de naissance | Langue | Apellidos | Ciudad | Teléfono | Idioma |
    المدينة | الهاتف | تاريخ الميلاد | Azienda | Città | Plaats | Miasto | Företag | Updated at | Last seen | Last click |
    Emails sent | Emails opened | Emails received | Total orders | Total Spent | Customer since | Member since | joined_at |
    date_added | utm_source | Referrer | IP Address | Latitude | Timezone | GMTOFF | LEID | Browser | External ID | uuid |
    Attributes | Data | Gender | Age | Job title | Department | Website | Address 1 | Postal code | State/Province |
    Mailing address | Phone number | SMS opt-in | SMS Marketing Consent | WhatsApp opt-in | Phone opt out | Cookie consent |
    Lead source | Lead status | Order status | Payment status | Marital status | Subscription plan | Renewal date |
    Language preference | Preferred name | Member ID | Subscriber ID | Subscriber country | Customer No | House no | Open rate |
    Engagement score | Comments | Description | Interests | Active days | Last active | Last activity | Signup form |
    Days active (last 30 days) | Registration date | Event | Team | Contact name | Account manager | Email client |
    Secondary email | Email format | Days left | Bus stop | Marketing channel | Newsletter clicks | Unsubscribe link |
    confirmation_token`;
  const stopping = names
    .split('|')
    .map((name) => name.trim())
    .filter((name) => !['unused', 'other-channel'].includes(recogniseColumn(name)));
  assert.deepEqual(stopping, []);
});

test('the address column is found in each of the languages', () => {
  const names = `Email | E-Mail | e-mail address | EMAIL_ADDRESS | emailAddress | Subscriber | E-Mail-Adresse | Emailadresse |
    Mailadresse | Adresse e-mail | Adresse électronique | Courriel | Correo | Correo electrónico | Dirección de correo electrónico |
    البريد الإلكتروني | بريد الكتروني | عنوان البريد الإلكتروني | إيميل | Indirizzo e-mail | E-mailadres | Endereço de e-mail |
    Adres e-mail | E-post | E-postadress | E-mailadresse | Электронная почта | E-mail 1 - Value`;
  const lost = names.split('|').filter((name) => findAddressColumn(['id', foldWords(name)]) !== 1);
  assert.deepEqual(lost, []);
});
