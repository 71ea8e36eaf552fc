"""The same as restricting_names.py, as Polish files write it: without accents, as `plain_name` and `plain_value` give it."""


def _adjectives(*stems: str) -> frozenset[str]:
    """Return each word in its genders: `poufn` is poufny, poufna, poufne, poufni."""
    return frozenset(stem + ending for stem in stems for ending in ("y", "a", "e", "i", "o"))


TRUE = frozenset({"tak", "prawda"})
FALSE = frozenset({"nie", "falsz", "brak"})
AUDIENCES = frozenset(
    {"odbiorcy", "odbiorca", "adresaci", "adresat", "dlakogo", "grupadocelowa", "przeznaczonedla", "przeznaczeniedla"}
)  # fmt: skip
EVERYBODY = frozenset(
    {"wszyscy", "dla wszystkich", "kazdy", "dla kazdego", "wszyscy pracownicy", "dla wszystkich pracownikow", "kazdy pracownik",
     "dla kazdego pracownika", "cala firma"}
)  # fmt: skip
OPEN_LEVELS = (
    EVERYBODY
    | frozenset({"bez ograniczen", "otwarty", "otwarte"})
    | _adjectives("publiczn", "jawn", "ogolnodostepn")
)
STAFF_LEVELS = frozenset(
    {"tylko it", "tylko dla it", "dla it", "dzial it", "zespol it", "pracownicy it", "informatycy", "personel it",
     "tylko dla pracownikow it", "tylko dla dzialu it", "tylko dla zespolu it", "tylko dla informatykow",
     "tylko dla personelu", "tylko pracownicy it", "tylko informatycy", "do uzytku wewnetrznego",
     "tylko do uzytku wewnetrznego", "wylacznie do uzytku wewnetrznego", "tylko wewnetrznie", "wewnetrznie"}
) | _adjectives("wewnetrzn") | {"wewn", "wewn."}  # fmt: skip
OPEN_STATES = frozenset({"gotowy", "gotowe", "obowiazuje", "w uzyciu"}) | _adjectives(
    "opublikowan",
    "publiczn",
    "aktualn",
    "zatwierdzon",
    "aktywn",
    "ukonczon",
    "zakonczon",
    "sprawdzon",
    "jawn",
    "obowiazujac",
)
GONE_STATES = frozenset({"archiwum", "przestarzaly", "przestarzala", "przestarzale", "nie obowiazuje"}) | _adjectives(
    "archiwaln", "zarchiwizowan", "nieaktualn", "wycofan", "usuniet", "odrzucon", "nieaktywn"
)  # fmt: skip
DRAFT_STATES = frozenset(
    {"szkic", "szkicem", "wersja robocza", "roboczy", "roboczo", "w przygotowaniu", "w trakcie przygotowania", "w toku",
     "do sprawdzenia", "do zatwierdzenia", "do akceptacji", "do recenzji", "nie publikowac", "niegotowy", "niegotowe",
     "poufne", "scisle tajne", "scisle poufne", "zastrzezone", "tajemnica przedsiebiorstwa", "nie rozpowszechniac",
     "do uzytku sluzbowego", "tylko do uzytku sluzbowego"}
) | _adjectives("robocz", "poufn", "tajn", "prywatn", "zastrzezon", "ukryt", "niepubliczn", "nieopublikowan")  # fmt: skip

DRAFT_IF_TRUE = frozenset(
    {"szkic", "wersjarobocza", "wprzygotowaniu", "niepublikowac", "haslo"}
) | _adjectives("robocz", "poufn", "tajn", "prywatn", "zastrzezon", "ukryt", "niepubliczn", "nieopublikowan")
STAFF_IF_TRUE = _adjectives("wewnetrzn") | frozenset(
    {"tylkodlait", "tylkoit", "tylkodlapracownikowit", "tylkodladzialuit", "tylkodlainformatykow", "douzytkuwewnetrznego",
     "tylkodouzytkuwewnetrznego", "tylkodlapersonelu"}
)  # fmt: skip
GONE_IF_TRUE = _adjectives(
    "archiwaln", "zarchiwizowan", "nieaktualn", "przestarzal", "wycofan", "usuniet"
) | {"archiwum"}
GONE_IF_TRUE |= {"zastapioneprzez", "zastapionyprzez", "zastapionaprzez"}
DRAFT_IF_FALSE = frozenset({"publikacja", "publikuj", "publikowac"}) | _adjectives(
    "opublikowan", "publiczn", "jawn", "widoczn"
)
LEVELS = frozenset(
    {"dostep", "prywatnosc", "dostepdla", "poziomdostepu",
     "prawadostepu", "widocznosc", "widocznedla", "uprawnieni", "ktomozeczytac",
     "czytelnicy", "grupy", "grupa", "udostepnionodla", "udostepnionedla", "dostepnedla", "tylkodla", "tylkodowgladu"}
)  # fmt: skip
MARKINGS = frozenset(
    {"poufnosc", "poziompoufnosci", "klauzula", "klauzulatajnosci", "klauzulapoufnosci", "uprawnienia"}
)
STATES = frozenset({"stan", "statusartykulu", "statuspublikacji", "statusdokumentu", "statusstrony"})
FROM_ON = frozenset(
    {"datapublikacji", "opublikowacod", "publikacjaod", "publikowacod", "waznyod", "waznaod", "wazneod", "obowiazujeod",
     "dostepneod", "dostepnyod"}
)  # fmt: skip
UNTIL = frozenset(
    {"wygasa", "datawygasniecia", "waznydo", "waznado", "waznedo", "waznoscdo", "datawaznosci", "obowiazujedo",
     "dostepnedo", "dostepnydo", "wycofano", "datawycofania", "dataarchiwizacji"}
)  # fmt: skip
NEVER = frozenset({"nigdy", "brak", "bezterminowo", "nie"})
LIKE_VISIBILITY = ("odbiorc", "widocznosc", "uprawnien", "uprawnion", "dostepudla", "dostepdla")
LIKE_RESTRICTED = ("poufn", "niepubliku")
LIKE_CLASSIFICATION = ("klasyfikac",)
ON = _adjectives("aktywn", "wlaczon", "dostepn", "gotow", "ukonczon", "aktualn", "wazn") | {"obowiazuje"}
OFF = _adjectives("nieaktywn", "wylaczon", "niedokonczon", "niewazn", "nieobowiazujac") | {"wbudowie"}
APPROVED = _adjectives("zatwierdzon")
TEAM_NAMES = frozenset({"informatycy", "dzial it", "zespol it", "pracownicy it", "personel it"})
CLEAR_MARKS = frozenset(
    {"szkic", "szkicem", "wersja robocza", "nie publikowac", "scisle poufne", "scisle tajne", "nie rozpowszechniac",
     "tajemnica przedsiebiorstwa", "do uzytku sluzbowego", "tylko do uzytku sluzbowego"}
) | _adjectives("robocz", "poufn")  # fmt: skip
OF_IT = frozenset({"informatycy", "informatykow", "informatyki", "helpdesku", "serwisu"})
OTHER_READERS = frozenset(
    {"kadr", "kadry", "kadrowej", "kierownicy", "kierownikow", "kierownictwo", "kierownictwa", "zarzad", "zarzadu", "dyrekcja",
     "dyrekcji", "dyrektorzy", "dyrektorow", "menedzerowie", "menedzerow", "administratorzy", "administratorow", "ksiegowosc",
     "ksiegowosci", "finansow", "prawnego", "prawny", "plac", "uprawnieni", "uprawnionych", "upowaznionych", "sluzbowego"}
)  # fmt: skip
WITH_READERS = frozenset(
    {
        "dzial",
        "dzialu",
        "zespol",
        "zespolu",
        "personel",
        "personelu",
        "pracownicy",
        "pracownikow",
        "osob",
        "i",
        "lub",
        "oraz",
    }
)
CLEAR_GONE_MARKS = frozenset({"nie uzywac", "do usuniecia", "do skasowania", "stara wersja"})
GONE_WORDS = _adjectives("star", "przestarzal") | {"archiwum"}
_OLD = _adjectives("star")
DRAFT_FOLDERS = frozenset({"szkice", "wersje robocze", "nieopublikowane", "niedokonczone"})
GONE_FOLDERS = _OLD | frozenset({"kosz", "do usuniecia", "do skasowania"})
KINDS = frozenset({"dokumenty", "pliki", "strony", "artykuly", "wersje", "wersja", "materialy", "notatki"})
GONE_ENDINGS = (
    _OLD | _adjectives("nieaktualn", "przestarzal", "archiwaln", "wycofan", "zarchiwizowan") | {"nie uzywac"}
)
TITLE_ENDINGS = frozenset({"szkic", "wersja robocza", "nie publikowac", "nie uzywac"})
DRAFT_ENDINGS = _adjectives("prywatn", "zastrzezon", "ukryt", "niepubliczn", "nieopublikowan")
BEGINNINGS = _adjectives("robocz", "poufn") | {"szkic", "wersja robocza", "nie publikowac"}
BEFORE_SUBJECTS = frozenset(
    {"i", "lub", "albo", "jako", "do", "na", "w", "z", "o", "od", "jest", "sa", "co", "czy", "jak", "to", "moj", "moja", "nowy",
     "nowa", "nowe", "zapisz", "utworz", "usun", "edytuj", "znajdz", "wyslij", "odzyskaj"}
)  # fmt: skip
BEHIND_SUBJECTS = frozenset(
    {"wiadomosci", "maila", "mail", "pisma", "dane", "danych", "folder", "dla", "techniczny"}
)
