"""What people may write into others' letters: forty fair sentences, and every way to slip a link in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from publicsuffixlist import PublicSuffixList

from wizard.services.values.names import NameInvalidError
from wizard.services.values.own_words import (
    AddressInWordsError,
    HiddenCharacterError,
    Own,
    company_name,
    fair_name,
    fair_words,
    without_links,
)

BYRAN = Own.of("anna@byran.se", "byran@gmail.com")
FAIR = [
    "Hej! Vi behöver läsa bokföringen för att göra klart bokslutet.",
    "Ring mig gärna på 08-123 45 67, helst kl.14.",
    "Jag nås kl. 8.30–16.00, må.–fr.",
    "Det gäller Ängsbageriet AB.",
    "Ekonomi & Co sköter allt annat.",
    "Ta med underlag, t.ex. kvitton och fakturor.",
    "Vi behöver bl.a. verifikaten, m.m.",
    "Det kostar 12.500,00 kr exkl. moms.",
    "Summan är 1 234 567,89 kr.",
    "Skulden är 10.000 kr, dvs. 2,5 % av omsättningen.",
    "Senast den 31.12.2026, tack!",
    "Bokslutet 2026-12-31 är klart.",
    "Räkenskapsåret är 1/9–31/8.",
    "Fr.o.m. 1.1.2027 t.o.m. 30.6.2027 gäller det nya.",
    "Se K3, kap. 2.4, och ÅRL 3:4 a.",
    "Momsen (25 %) redovisas enligt ML 7 kap. 1 §.",
    "Godkänn före fredag – annars hinner vi inte.",
    "Undrar du något? Fråga Åsa Öberg-Nyström.",
    "Styrelsen (ordf. S.E. Björk) har godkänt det.",
    "C:a 3 min. tar det. Tack på förhand!",
    "Vi ses @ kontoret.",
    "Skriv till mig @Anna i Teams.",
    "A/S Nordbo och B.V. Hansen ingår inte.",
    "Nr.12 och nr.13 saknas.",
    "Avs. org.nr 559123-4561.",
    "O.s.v., p.g.a. flytten.",
    "Mvh, Anna Ek, aukt. redovisningskonsult",
    "H.K.H. får vänta …",
    "Kolla konto 1930, 2440 & 2641!",
    "”Fullständig” behörighet krävs.",
    "Det är 3.5 gånger mer än ifjol.",
    "Version 2.10.3 fungerar.",
    "Bilaga 4.pdf är med i posten.",
    "Filen heter Underlag_2026.xlsx.",
    "Inkl.moms blir det 625 kr.",
    "Hjälp;snälla!Vi väntar…",
    "Vi är åtta pers. på kontoret.",
    "Jag heter Dag-Erik O’Brien.",
    "Lön/skatt betalas den 12:e.",
    "J.R. Lindqvist Åkeri",
    "Är det fel person? Lämna över till den som sköter ekonomin.",
    "Det blev 10.kr och 5.st, tel.nr på fakturan.",
    "Lägg undan 20.6 % till skatt.",
]
LINKS = [
    "evil.app/skatt",
    "bit.ly/3abc",
    "Läs på evil.app.",
    "http://evil",
    "hxxp://x",
    "www.okand",
    "skatteverket.se",
    "SKATTEVERKET.SE",
    "skatte-verket.co.uk",
    "evil。app",
    "evil．app",
    "ev\u00adil.app",
    "evil.\u200bapp",
    "сайт.рф",
    "xn--80aswg.xn--p1ai",
    "💩.la",
    "evil.app-nu",
    "(evil.app)",
    "gå till:evil.app,nu",
    "anna@evil.app",
    "192.0.2.7/logga-in",
    "github.io",
    "mitt.github.io",
    "https://byran.se@evil.app/",
    "https://evil.app/byran.se",
    "byran.se.evil.app",
    "evil.app/https://byran.se",
    "inte@byran.se@evil.app",
    "kalle@gmail.com",
    "tjänst.zip",
]
OWN = [
    "byran.se",
    "https://www.byran.se/kontakt",
    "www.byran.se",
    "Skriv till anna@byran.se eller kajsa.Ek@byran.se.",
    "byran@gmail.com",
]


@pytest.mark.parametrize("sentence", FAIR)
def test_fair_sentences_pass_as_they_are(sentence: str) -> None:
    assert fair_words(sentence) == sentence


def test_there_are_forty_fair_sentences() -> None:
    assert len(set(FAIR)) >= 40


@pytest.mark.parametrize("text", LINKS)
def test_what_becomes_a_link_is_refused(text: str) -> None:
    with pytest.raises(AddressInWordsError) as refused:
        fair_words(text, BYRAN)
    assert refused.value.found
    with pytest.raises(AddressInWordsError):
        fair_words(f"Hej, {text}", BYRAN)


@pytest.mark.parametrize("text", OWN)
def test_the_firms_own_addresses_may_be_named_by_the_firm_alone(text: str) -> None:
    assert fair_words(text, BYRAN) == text
    with pytest.raises(AddressInWordsError):
        fair_words(text, Own.of("olle@andra.se"))


suffixes = sorted(
    word
    for word in PublicSuffixList()._publicsuffix  # noqa: SLF001 -- the list itself
    if not word.startswith(("*", "!"))
)


@given(st.sampled_from(suffixes), st.sampled_from(["evil.{}", "https://evil.{}/x", "a.b.EVIL.{}"]))
def test_every_public_suffix_makes_a_host(suffix: str, host: str) -> None:
    with pytest.raises(AddressInWordsError):
        fair_words(host.format(suffix))


@pytest.mark.parametrize(
    "code",
    [
        0x00,
        0x07,
        0x1B,
        0x7F,
        0x9B,
        0x061C,
        0x200E,
        0x200F,
        *range(0x202A, 0x202F),
        *range(0x2066, 0x206A),
    ],
)
def test_characters_that_turn_or_control_are_refused(code: int) -> None:
    with pytest.raises(HiddenCharacterError):
        fair_words(f"Tack{chr(code)} för hjälpen")
    with pytest.raises(HiddenCharacterError):
        fair_name(f"Anna{chr(code)} Ek")


def test_a_full_stop_without_its_space_gets_it() -> None:
    assert fair_words("Tack på förhand.Se bilagan.Östen") == "Tack på förhand. Se bilagan. Östen"
    assert fair_words("Hej på\r\ndig.App") == "Hej på dig. App"
    assert fair_name("St.Eriks Redovisning") == "St. Eriks Redovisning"


@given(st.text())
def test_what_has_passed_passes_again_unchanged(text: str) -> None:
    try:
        once = fair_words(text)
    except ValueError:
        return
    assert fair_words(once) == once


@pytest.mark.parametrize(
    "name",
    ["Lampgallerian.se AB", "AB Blommor.nu", "Ek & Co HB", "Oy Nordbo Ab", "Ängsbageriet AB"],
)
def test_a_companys_registered_name_is_kept(name: str) -> None:
    assert company_name(name) == name


@pytest.mark.parametrize(
    "name", ["evil.app", "evil.app/skatt AB", "Gå till evil.app", "http://evil.app AB", ""]
)
def test_a_companys_name_is_no_link(name: str) -> None:
    with pytest.raises((AddressInWordsError, NameInvalidError)):
        company_name(name)


def test_a_name_from_outside_becomes_no_link() -> None:
    assert without_links("Byrån evil.app AB") == "Byrån evil. app AB"
    for text in LINKS:
        assert fair_words(without_links(fair_ends(text)))
    assert without_links("Ek & Co AB") == "Ek & Co AB"


def fair_ends(text: str) -> str:
    """As a provider's names come to us: one line of what is seen."""
    return " ".join("".join(sign for sign in text if sign.isprintable()).split())
