import { foldWords } from './fold-words.ts';

/** The topic of a word in a column's name. */
export type Topic = keyof typeof WORDS;

/**
 * The words in the names of columns. One line for each language: English, German, French, Spanish,
 * Italian, Dutch, Portuguese, Polish, Swedish with Danish and Norwegian, Arabic, Russian, and a few words
 * of others. A word is a stem anywhere in a word of a name (`abgemeld` in `Newsletterabmeldung`) or, with
 * `=`, a whole word. The first topics search for their stems first, because `unsubscribed` contains
 * `subscrib`.
 */
const WORDS = {
  leave: `unsubscrib unsubscript unsub optout signoff =left =leave =leaves =leaving =quit =exit =stop =stopped =departed =departure
    abgemeld abmeld abbestell ausgetrag austrag ausgetret austritt gekundigt kuendig kundig
    desabonn desinscri resili desouscri =depart
    =baja =bajas desuscri dessuscri desubscri desapunt =anulada =anulado
    disiscri disdett cancellazion
    afgemeld afmeld uitgeschrev uitschrij opgezeg opzeg uitgetred uitgeschr
    descadastr descadastrament dessubscri dessubscr cancelament
    wypis rezygn odsubskryb wyrejestr odwolan
    avregistr avanmal avprenumer avslut uppsag afmeld frameld opsag avmeld utmeld avmalt
    الغاء ملغي الغي انسحب انسحاب منسحب
    отпис
    odhlas leiratkoz dezabon peruut abonelikten`,
  bounce: `bounce bouncing unreachable undeliver nondeliver hardbounc softbounc
    unzustell rucklauf ruecklauf zustellfehler unerreichbar
    rebond injoignable rebot rimbalz onbestelbaar devolvid odbit odbic =studs studsad studsat
    مرتد ارتد ارتداد возврат`,
  complaint: `complaint complain spam abuse =abusive junk =fbl
    beschwer reklamation plainte pourriel indesirable signalement queja denunci reclamacion
    segnalaz =lamentela =reclamo klacht reclamacao skarg zgloszen klagomal =klage =klager
    شكوي شكاو بلاغ مزعج سبام жалоб спам`,
  block: `blacklist blocklist denylist stoplist block suppress exclud exclus =ban =banned =denied =deny reject refus declin revok withdr
    objection objected =dnc =dnd =dne =dnm =donot =dont quarantin prohibit forbid forbidden robinson =locked
    gesperrt widerruf verbot sperr blockier ausgeschloss ausschluss untersag abgelehn ablehn widersproch widerspruch werbestopp
    bloqu listenoire opposition =oppose interdi exclu
    bloque listanegra rechaz prohib oposicion blocc listanera esclus opposizion rifiut
    geblokk blokk zwartelijst uitgeslot geweiger bezwaar recusad =negado =negada
    zablok blokad czarnalist wyklucz odmow sprzeciw odrzuc
    sparrad svartlist =nekad avvisad blokeret spaerret sortlist udelukk
    محظور حظر حجب سوداء رفض مرفوض блок запрет отказ`,
  gone: `delet erased erasure =erase remov =purged cleaned =forget =forgotten =oubli invalid inactiv inaktiv deactiv disabl archiv cancel terminat churn =lapsed =dormant =anonymized =anonymised redact
    gelosch geloesch losch loesch entfernt bereinigt ungultig ungueltig deaktiv storniert beendet
    supprim efface =retire retrait nettoy inactif desactiv annul
    elimin borrad suprim =cancelada =cancelado
    eliminat cancellat rimoss inattiv disattiv annull
    verwijder gewist ongeldig inactief gedeactiv geannul
    apagad inativ desativ cancelad
    usunie skasow niewazn nieprawidl nieaktyw dezaktyw anulow
    borttag raderad ogiltig avaktiv =slettet fjernet ugyldig
    محذوف حذف معطل удал неактив недейств`,
  consent: `consent =contactable =mailable =emailable =kontaktierbar permission permitted optin optedin authoris authoriz
    einwillig eingewillig zustimm zugestimmt einverstand erlaubnis erlaubt genehmig freigabe
    =accord autorisation autoris permis consentement
    consentimiento permiso autorizacion autoriz
    consens permess autorizzazion
    toestemm akkoord instemm
    consentimento permissao autorizacao
    =zgoda =zgody =zgode pozwol
    samtyck tillstand samtykk tilladelse tillatelse
    موافق اذن تصريح соглас разреш
    souhlas suostum hozzajarul consimt =onay =izin`,
  law: '=opt =opts =opting =opted gdpr dsgvo rgpd lgpd =casl =ccpa =pdpa =rodo =basis =policy privacy datenschutz rechtsgrundlage',
  channel: `=sms sms =mms whatsapp phone telephon telefon telefoon =tel =mobile =cell =call =calls =calling =fax =push =postal =rcs =viber =messenger cookie
    anruf =handy =appel =llamada =llamadas chiamata =bellen هاتف телефон`,
  newsletter: `newsletter newslettre infolettre rundbrief infobrief rundschreiben boletin notiziario nieuwsbrief biuletyn nyhetsbrev nyhedsbrev mailinglist
    =bulletin =digest lettredinformation نشره рассылк`,
  status: `=status status =statut =stato =estado =estatus =state =etat zustand =stan =situacao =tilstand =stav =durum حاله статус`,
  reason: `reason grund =motif motivo =raison =motivazione =reden powod =orsak =arsag سبب причин =comment =feedback`,
  link: '=link =url =uri =href =token',
  id: '=id =uid =uuid =hash =guid =code',
  ip: '=ip ipaddr',
  time: `timestamp datetime =date =dated =time =at =on =ts =when =since datum =am =zeitpunkt =uhrzeit =wann =seit
    =quand =depuis =fecha =cuando =desde =hora =data =dia =dal =ora =quando =tijd =sinds =dnia =czas =tid =dato =tidspunkt
    تاريخ وقت дата время`,
  source: `source =method =channel =page =form =formular =formulaire =formulario =via =website =origin =quelle =origen =fonte =bron =zrodlo =kilde =kalla =campaign =kampagne =title =agent =useragent =version مصدر источник`,
  text: '=text wording =statement erklarung erklaerung =texte =texto =testo =tekst =language',
  count: '=count =number =num =nb =total =anzahl =nombre =numero =qty =times =rate',
  confirm: `confirm verif verificat validated =double =doi activated aktiviert
    bestatig bestaetig verifizier conferm bevestig potwierd zweryfik bekraft bekraeft bekreft
    موكد تاكيد تحقق подтвер`,
  subscriber:
    '=subscriber =subscribers =abonnent =abonnenten =abonnee =abonnees-id =suscriptor =iscritti',
  subscribe: `subscrib subscript =sub =subs =subbed =abo =abos
    abonnement abonnent abonniert abonn angemeld anmeld eingetrag
    inscri suscri =alta =altas apuntad iscri abbonat abbonam
    ingeschrev inschrij aangemeld aanmeld assinant assinatura cadastr
    subskry zapisan prenumer anmald anmalt tilmeld pameld
    اشتراك مشترك اشترك подпис
    abonat abonelik feliratkoz tilaaja`,
  unwanted:
    '=nolonger =never =not =non =nicht =kein =keine =keinen =pas =sans =sin =senza =niet =geen =nao =nie =bez =inte =ej =ingen =ikke =غير =عدم =لا =не =no =nr',
  accept: `accept agree allow approv akzept aceit accett zaakcept godkan godkend goedgekeur =godta قبول
    =acepta =acepto aceptad`,
  receive: `=receive =receives =receiving =want =wants =wish =wishes =send =interested =may =can =get =gets =ok =okay =darf erwunscht =enviar =envoyer =durfen =puis =peut =puede =posso
    erhalt empfang =mochte =wunscht souhait recevoir =recoit recibir =recibe =desea ricevere =riceve ontvang =receber =recebe otrzymyw =vill =modtag =motta`,
  contact:
    'اتصال تتصل اتصل ترسل anschreib molest =contact =contacts =contactar =contacter =contatta =contattare =contatar =kontaktieren =kontakt =disturb =solicit =kontaktowac =kontakta =kontakte',
  marketing: `marketing promotion promo =commercial commercial =advertising =adverts =ads =offers =solicitation werb =angebote publicit pubblicit publicidad reclame reklam propagand comercial =mailing =mailings =akquise =communication =communications =kommunikation =comunicaciones =messages
    تسويق اعلان`,
  mail: `email mail courriel =correo =correos electroni elettronic elektron =posta =poczta epost =mel
    بريد الكتروني ايميل رسائل رسايل письм почт`,
  preference:
    '=preference =preferences =preferencias =preferenze =praferenz =praferenzen =voorkeur =voorkeuren =settings',
  valid:
    '=clean =valid =validity =deliverable =deliverability =reachable =zustellbar =gultig =valide =valido =geldig =doreczaln',
  pause:
    '=pending =awaiting =waiting =end =ended =ends =ausstehend =attente =pendiente =pendente =attesa =pause =paused =hold =onhold =snooze =snoozed =muted =mute =pausiert =pausado =suspended =suspendu =suspendido =sospeso =zawieszony =vacation',
  active: `=active =enabled =isactive aktiv =actif =activo =activa =attivo =attiva =actief =ativo =ativa aktywn =aktiveret
    نشط مفعل активен`,
  recent:
    '=last =first =recent =day =days =week =weeks =month =months =year =years =latest =letzte =dernier =ultimo =hours',
  kind: 'vermerk kennzeichen =hard =type =legal =lawful =level =typ =tipo =art =optininfo =info =answer =flag =value',
  yesno: '=yesno',
  lists:
    '=list =lists =tag =tags =label =labels =group =groups =segment =segments =audience =audiences =membership =memberships =liste =listen =gruppe =gruppen =groupe =groupes =listes =etiqueta =etiquetas =etiquette =etiquettes =lista =listas =grupo =grupos =gruppo =gruppi =categories',
  elsewhere: `order payment =paid =payer invoice billing shipping purchas price =amount currency revenue =plan =plans =tier campaigns =campaigns clicks click =open =opens =opened rating score login visit =seen session comments birth =age gender marital civil family familien =job employ =lead =deal ticket =tax =vat discount coupon loyalty points trial stripe =buyer product sold =sent received =receives-count drops browser device event =store =shop renewal =city =country =region =province =provincia =bundesland =rank =sport =sports
    bestell zahlung liefer rechnung commande paiement pedido =pago ordine pagamento zamowien betaling`,
  filler: `=is =was =has =have =been =of =from =to =the =a =an =for =all =any =global =globally =our =this =my =your =me =us =user =users =person =people =customer =customers =client =member =members =profile =reader =recipient =i =we =you =by =in =and =or =via =through =did =does =do =be =address =adresse =main =current =effective =overall =new =record =only =please =bitte =sur =auf =signale =comme =als =como =marcado =markiert =gemeldet =given =granted =marked =as =reported =flagged =per
    =von =vom =der =die =das =den =dem =ist =hat =hatte =wurde =zum =zur =fur =zu =und =oder =mit =alle =aller =kunde =empfanger =leser =ich =per =durch =erteilt =gegeben =vorhanden
    =de =du =des =la =le =les =l =d =en =et =ou =par =pour =est =a =au =aux =tous =toutes =client =utilisateur =mon =donne
    =el =los =las =del =al =por =para =es =y =o =todos =cliente =usuario =si =ha =lo =dado =dada =otorgado =concedido
    =il =di =da =e =per =dello =della =dei =alla =tutti =het =een =van =voor =op =aan =klant =do =dos =das =na =os =uma =um =z =od =na =w =i =klient =av =pa =for =till =til =fra =af =kund =kunde =som
    =من =في =علي =عن =تم =هل =كل =قائمه =القائمه`,
} as const;

interface Stem {
  readonly text: string;
  readonly topic: Topic;
}

const WHOLE = new Map<string, Topic>();
const STEMS: Stem[] = [];
for (const [topic, text] of Object.entries(WORDS) as [Topic, string][]) {
  const words = text.split(/\s+/);
  const stems = words.filter((word) => !word.startsWith('='));
  STEMS.push(
    ...stems
      .map((word) => ({ text: foldWords(word), topic }))
      .toSorted((a, b) => b.text.length - a.text.length),
  );
  for (const word of words) {
    const whole = foldWords(word.slice(1));
    if (word.startsWith('=') && !WHOLE.has(whole)) WHOLE.set(whole, topic);
  }
}

/** Words that people also write apart. */
const COMPOUNDS =
  /\b(?:e (?:mails?|post)|on hold|liste noire|lista (?:negra|nera)|mailing list|whats app|no longer)\b|\b(?:(?:black|block|deny|stop) list|zwarte lijst|czarna lista|un subscri)/g;

/** Groups of words with one meaning. Each becomes one word. */
const PHRASES: readonly (readonly [RegExp, string])[] = [
  [/\b(yes no|ja nein|oui non|si no|y n|j n|o n|s n|ja nej|ja nee|tak nie|sim nao)\b/g, 'yesno'],
  [/نعم لا/g, 'yesno'],
  [/\b(opt|opted|opts|opting) (in|out)\b/g, 'opt$2'],
  // It is unknown what a yes means here. No line above contains "either".
  [
    /\b(optin (out|optout)|optout optin|subscribed unsubscribed|unsubscribed subscribed|active inactive)\b/g,
    'status either',
  ],
  [/\b(do not|don t|dont|ne pas|please do not)\b/g, 'donot'],
  [/\b(sign|signed) (up)\b/g, 'signup'],
  [/\b(sign|signed) (off)\b/g, 'signoff'],
  [/\bmailing (address|city|state|street|zip|postal|country)\b/g, '$1'],
  [/\b(lettre) d information\b/g, 'lettredinformation'],
  // Not about people who left.
  [
    /\b((days|weeks|months|time|credits) left|left (hand|handed)|bus stop|stop name|exit page)\b/g,
    'event',
  ],
  [/\btext (message|messages|messaging)\b/g, 'sms'],
  [/\b(no) (of)\b/g, 'count'],
];

/** The topics of a column's name. */
export interface ColumnTopics {
  readonly topics: ReadonlySet<Topic>;
  /** Whether the name has words that are not in the table. They may change its meaning. */
  readonly hasUnknownWords: boolean;
}

/** Whether one of `some` is among the topics. */
export function hasTopic(topics: ReadonlySet<Topic>, ...some: readonly Topic[]): boolean {
  return some.some((topic) => topics.has(topic));
}

/** The topics in a list with spaces or `|` between. Throws if one does not exist. */
export function topicsIn(list: string): readonly Topic[] {
  const topics = list.split(/[ |]/).filter((topic) => topic !== '');
  const unknown = topics.find((topic) => !Object.hasOwn(WORDS, topic));
  if (unknown !== undefined) throw new Error(`no topic "${unknown}"`);
  return topics as Topic[];
}

/** Inflections and the letters that join compounds are not longer than this. */
const LONGEST_ENDING = 5;

/** Finds the topics of a column's name. */
export function topicsOf(name: string): ColumnTopics {
  const words = foldWords(name).replace(COMPOUNDS, (compound) => compound.replaceAll(' ', ''));
  const text = PHRASES.reduce((rest, [from, to]) => rest.replace(from, to), words);
  const topics = new Set<Topic>();
  let hasUnknownWords = false;
  for (const word of text.split(' ').filter((some) => some !== '')) {
    const whole = WHOLE.get(word);
    if (whole !== undefined) topics.add(whole);
    else if (!addStems(word, topics)) hasUnknownWords = true;
  }
  return { topics, hasUnknownWords };
}

/** Prefixes that reverse the meaning of a stem: `unconfirmed`, `nonsubscribed`, `ubekræftet`. */
const NEGATIVE_PREFIXES = ['un', 'on', 'o', 'u', 'no', 'non', 'not', 'dont', 'nicht', 'nie', 'dis'];

/** Adds the topics of the stems in a word. Returns whether they explain the whole word. */
function addStems(word: string, topics: Set<Topic>): boolean {
  let rest = word;
  for (const { text, topic } of STEMS) {
    if (!rest.includes(text)) continue;
    topics.add(topic);
    rest = rest.replace(text, ' ');
  }
  if (rest === word) return false;
  if (NEGATIVE_PREFIXES.includes(rest.split(' ')[0] ?? '')) topics.add('unwanted');
  const endings = rest.split(' ').filter((ending) => ending !== '');
  for (const ending of endings) {
    const whole = WHOLE.get(ending);
    if (whole !== undefined && (ending.length > 2 || ending === 'ip')) topics.add(whole);
  }
  return endings.every((ending) => ending.length <= LONGEST_ENDING || WHOLE.has(ending));
}
