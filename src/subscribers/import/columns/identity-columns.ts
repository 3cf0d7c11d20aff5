import { foldWords } from './fold-words.ts';
import type { Meaning } from './meanings.ts';

/** Names of address columns, as `foldWords` writes them; the most certain first. */
const ADDRESSES = [
  ...[
    'email',
    'email address',
    'e mail',
    'e mail address',
    'emailaddress',
    'mail',
    'e mail 1 value',
  ],
  ...['email adresse', 'e mail adresse', 'emailadresse', 'mailadresse', 'mail adresse'],
  ...['adresse email', 'adresse e mail', 'adresse mail', 'adresse de courriel', 'courriel', 'mel'],
  ...['adresse electronique', 'adresse de messagerie', 'correo', 'correo electronico'],
  ...[
    'direccion de correo',
    'direccion de correo electronico',
    'direccion de email',
    'direccion email',
  ],
  ...['indirizzo email', 'indirizzo e mail', 'indirizzo mail', 'indirizzo di posta elettronica'],
  ...['posta elettronica', 'emailadres', 'e mailadres', 'e mail adres', 'mailadres', 'email adres'],
  ...['endereco de email', 'endereco de e mail', 'endereco email', 'endereco eletronico'],
  ...['correio eletronico', 'adres email', 'adres e mail', 'adres mailowy', 'poczta elektroniczna'],
  ...[
    'epost',
    'e post',
    'epostadress',
    'e postadress',
    'e post adress',
    'epostadresse',
    'e postadresse',
  ],
  ...[
    'mailaddress',
    'mail address',
    'primary email',
    'email primary',
    'email 1',
    'email1',
    'contact email',
  ],
  ...['user email', 'customer email', 'subscriber email', 'your email', 'your email address'],
  ...['primary email address', 'electronic mail', 'elektronische post', 'sahkoposti', 'e posta'],
  // Arabic with and without the article, and the usual spellings of the loan word.
  ...['البريد الالكتروني', 'بريد الكتروني', 'عنوان البريد الالكتروني', 'عنوان بريد الكتروني'],
  ...[
    'البريد',
    'ايميل',
    'الايميل',
    'электронная почта',
    'адрес электронной почты',
    'почта',
    'емаил',
  ],
  ...['subscriber', 'address'],
].map(foldName);

const NAMES: Readonly<Record<'name' | 'first-name' | 'last-name', readonly string[]>> = {
  name: [
    ...['name', 'full name', 'fullname', 'vollstandiger name', 'nom complet', 'nombre completo'],
    ...[
      'nome completo',
      'nome e cognome',
      'volledige naam',
      'naam',
      'imie i nazwisko',
      'namn',
      'navn',
    ],
    ...['الاسم', 'الاسم الكامل', 'имя'],
  ],
  'first-name': [
    ...['first name', 'firstname', 'given name', 'vorname', 'prenom', 'nombre', 'nome', 'voornaam'],
    ...['imie', 'fornamn', 'fornavn', 'الاسم الاول'],
  ],
  'last-name': [
    ...['last name', 'lastname', 'surname', 'family name', 'nachname', 'familienname', 'nom'],
    ...[
      'nom de famille',
      'apellido',
      'apellidos',
      'cognome',
      'achternaam',
      'sobrenome',
      'nazwisko',
    ],
    ...['efternamn', 'efternavn', 'etternavn', 'اسم العائله', 'الاسم الاخير', 'اللقب', 'фамилия'],
  ],
};

/**
 * The index of the column with the addresses. `wished` is the column that the user named. Undefined if no
 * name in `names` (as `foldWords` writes them) is a known address column.
 */
export function findAddressColumn(
  names: readonly string[],
  wished: number | undefined,
): number | undefined {
  if (wished !== undefined) return wished;
  const folded = names.map(foldName);
  const found = ADDRESSES.find((name) => folded.includes(name));
  return found === undefined ? undefined : folded.indexOf(found);
}

/** Without spaces: `E-Mail-Adresse`, `Email Adresse` and `Emailadresse` become equal. */
function foldName(name: string): string {
  return foldWords(name).replaceAll(' ', '');
}

/** The part of a person's name in the column. Undefined if it contains no name. */
export function recogniseName(name: string): Meaning | undefined {
  return (['name', 'first-name', 'last-name'] as const).find((part) =>
    NAMES[part].some((some) => foldWords(some) === name),
  );
}
