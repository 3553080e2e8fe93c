"""What people write when they search the help, and the articles that answer it."""

# Phrases that people tried and that found nothing of use.
REPORTED = """
bank-id funkar inte | bankid
stjärnan | standardforetag
jag ser bara ett gammalt bolag | standardforetag
engelska | sprak
cant log in | logga-in bankid
is this a scam | ar-lanken-akta
how do I cancel | koppla-fran
bytte lösenord nu funkar inget | fornya
enskild firma | valj-foretag
kvittot kom inte | kvitto
vad är ett verifikat | verifikat
kostar det något | kostnad
jag får inte upp något fönster | ge-behorighet
"""

# Phrases that the search words were written against.
TUNED = """
jag kommer inte in | logga-in bankid
glömt mitt lösen | logga-in bankid
har inget visma konto | logga-in vem-kan-godkanna
inget händer när jag trycker | ge-behorighet
popup blockerad | ge-behorighet
rutan försvann innan jag hann | ge-behorighet godkann-behorigheter
tryckte fel | godkann-behorigheter valj-foretag ge-behorighet
hamnar alltid på fel företag | standardforetag valj-foretag
får inte välja företag | standardforetag
ta bort standard företag | standardforetag
vi har bytt namn på företaget | valj-foretag
det är bokföringsbyrån som har inloggningen | vem-kan-godkanna
jag är bara anställd får jag göra det här | vem-kan-godkanna behorigheter
skicka vidare till min kollega | vem-kan-godkanna
vad betyder fullständig | behorigheter
hur ser jag vilken behörighet jag har | behorigheter
har jag bokföring eller fakturering | bokforing
appar och tillval var är det | bokforing
länken funkar inte längre | hamta-lanken
fick aldrig nån länk | hamta-lanken
e detta bluff eller | ar-lanken-akta
konstig adress i mailet | ar-lanken-akta
vem är ni | senseworks ar-lanken-akta
kan ni ändra i min bokföring | vad-vi-laser
kan ni göra betalningar | vad-vi-laser
hur länge gäller det | fornya vad-vi-laser koppla-fran
vill avsluta kopplingen | koppla-fran
vi ska byta bokföringsprogram | koppla-fran
kopplingen slutade funka | fornya
min kollega som godkände har slutat | fornya
fakturan syns inte | dokument-saknas
var är underlagen | dokument-saknas
vad är spiris | visma-eller-spiris
är det gratis | kostnad
får jag nån räkning för detta | kostnad
var ser jag vad jag godkänt | kvitto vad-vi-laser
tappat bort kvittot | kvitto
verifikation vad är det | verifikat
måste jag tillåta cookies | kakor
byta språk | sprak
can i get this in english | sprak
bank id error | bankid logga-in
link expired | hamta-lanken
do i have to pay | kostnad
revoke access | koppla-fran
where is my receipt | kvitto
is it safe | ar-lanken-akta vad-vi-laser
dont have admin rights | behorigheter vem-kan-godkanna
tar det lång tid | ge-behorighet
har bara iphone | hamta-lanken
hjälp jag fattar ingenting | ge-behorighet
"""

# Phrases written down before the search words, and not looked at while those were written.
# Do not write search words for them: write new phrases instead, and measure with those.
HELD_OUT = """
vart loggar man in nånstans | logga-in
bankid snurrar bara | bankid logga-in
det kom upp en vit sida | ge-behorighet logga-in
knappen funkar ej | ge-behorighet
fönstret stängdes | ge-behorighet
råkade trycka avbryt | godkann-behorigheter ge-behorighet
valde fel bolag | valj-foretag standardforetag
jag har flera bolag vilket ska jag ta | valj-foretag
firman syns inte i listan | valj-foretag vem-kan-godkanna
org nr stämmer inte | valj-foretag
det är min man som sköter visma | vem-kan-godkanna
kan vår redovisningskonsult göra detta | vem-kan-godkanna
vem ska göra det här egentligen | vem-kan-godkanna
hittar inte behörigheter | behorigheter
saknar rättigheter | behorigheter vem-kan-godkanna
vi har bara fakturering | bokforing
integration avstängd | bokforing
länken har gått ut | hamta-lanken
jag har slarvat bort mejlet | hamta-lanken
kan jag lita på detta | ar-lanken-akta vad-vi-laser
vågar inte klicka | ar-lanken-akta
är det verkligen säkert | ar-lanken-akta vad-vi-laser
vad får ni se | vad-vi-laser
ser ni löner | vad-vi-laser
gdpr | vad-vi-laser kakor
ångrar mig | koppla-fran
vi har bytt revisor | koppla-fran
hur säger jag nej | koppla-fran vem-kan-godkanna ge-behorighet
måste förnya varför | fornya
ny vd | fornya vem-kan-godkanna
kan inte öppna pdf | dokument-saknas
heter det spiris nu | visma-eller-spiris
vi har fortnox | bokforing visma-eller-spiris
vad går det på | kostnad
har inte fått nåt kvitto | kvitto
skriva ut bekräftelse | kvitto
vad menas med verifikat | verifikat
vad är senseworks för nåt | senseworks
webbläsaren blockerar kakor | kakor
svenska tack | sprak
i forgot my password | logga-in bankid
wrong company picked | standardforetag valj-foretag
who are you people | senseworks ar-lanken-akta
what will you be able to see | vad-vi-laser
no popup | ge-behorighet
not the right person | vem-kan-godkanna
documents missing | dokument-saknas
two step verification visma | bankid logga-in
kan man göra det på mobilen | hamta-lanken
fastnat | ge-behorighet
det står att jag inte har behörighet | behorigheter
chefen är på semester vem kan göra det | vem-kan-godkanna
jag är ägare till bolaget räcker det | vem-kan-godkanna behorigheter
revisorn bad mig om det här | senseworks vem-kan-godkanna ar-lanken-akta ge-behorighet
vad händer om jag inte gör det | ge-behorighet koppla-fran godkann-behorigheter vad-vi-laser
e de farligt å klicka på länken | ar-lanken-akta
kommer ni åt mina pengar | vad-vi-laser
ser ni bankkontot | vad-vi-laser
loggade in men sen hände inget | ge-behorighet
hamnade på spiris sida | visma-eller-spiris logga-in
fattar inte vilket bolag | valj-foretag
det finns ingen stjärna | standardforetag
hittar inte menyn uppe till höger | standardforetag
kan inte klicka på godkänn | godkann-behorigheter ge-behorighet
appen säger fel kod | bankid logga-in
fick ett sms med kod | logga-in bankid
måste jag ha bankid | bankid logga-in
har två inloggningar | logga-in valj-foretag
länken öppnas inte | hamta-lanken ge-behorighet
kan jag öppna på en annan dator | hamta-lanken
jag har redan godkänt | vad-vi-laser fornya
gjorde det här förra året | fornya
hur vet jag att det blev klart | kvitto vad-vi-laser
fick inget mail efteråt | kvitto
sluta läsa min bokföring | koppla-fran
ta bort er åtkomst | koppla-fran
hur tar jag bort senseworks | koppla-fran
vad sparar ni om mig | vad-vi-laser kakor
kan skatteverket se | vad-vi-laser
min faktura är borta | dokument-saknas
bifogad fil syns ej | dokument-saknas
bolaget är vilande | bokforing
abonnemanget är uppsagt | bokforing
vi kör visma administration 2000 | visma-eller-spiris
har bytt till spiris | visma-eller-spiris
vad kostar kopplingen per månad | kostnad
gratis? | kostnad
safari funkar inte | kakor ge-behorighet
inkognito | kakor logga-in
kan ni prata engelska | sprak
login page wont load | logga-in ge-behorighet
i clicked deny by mistake | godkann-behorigheter
which company should i select | valj-foretag
why do you need this | vad-vi-laser senseworks ar-lanken-akta
can you see my salary | vad-vi-laser
never heard of senseworks | senseworks ar-lanken-akta
i dont have fullständig | behorigheter
how long does this take | ge-behorighet
want to speak to a human | ar-lanken-akta
email looks weird | ar-lanken-akta
"""


def phrases(lines: str) -> dict[str, set[str]]:
    """The phrases of a list, each with the articles that answer it."""
    rows = (line.partition(" | ") for line in lines.strip().splitlines())
    return {said: set(articles.split()) for said, _, articles in rows}
